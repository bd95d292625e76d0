using System.Security.Cryptography;

namespace Broker.Security.Http;

/// <summary>
/// Remembers answers for a time under a keyed digest of what was asked, never the question itself. Two generations bound it in
/// number. Any thread may call it.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="lifetime">How long an answer counts; zero: nothing is remembered.</param>
/// <param name="generationMax">Answers of one generation; twice as many are kept at most.</param>
internal sealed class AnswerCache(TimeProvider time, TimeSpan lifetime, int generationMax = 10_000)
{
    private readonly byte[] _digestKey = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _lock = new();
    private Dictionary<UInt128, Entry> _young = [];
    private Dictionary<UInt128, Entry> _old = [];

    /// <summary>How many are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _young.Count + _old.Count;
        }
    }

    /// <summary>Stands for a question.</summary>
    /// <param name="url">Whom.</param>
    /// <param name="body">What, to the last byte.</param>
    public UInt128 KeyOf(Uri url, ReadOnlySpan<byte> body)
    {
        using var digest = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _digestKey);
        digest.AppendData(System.Text.Encoding.UTF8.GetBytes(url.AbsoluteUri));
        digest.AppendData(body);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(digest.GetHashAndReset());
    }

    /// <summary>The answer, if it is still good.</summary>
    public HttpAnswer? Find(UInt128 key)
    {
        lock (_lock)
        {
            if (!_young.TryGetValue(key, out Entry? entry) && !_old.TryGetValue(key, out entry)) return null;
            return time.GetElapsedTime(entry.At) < lifetime ? entry.Answer : null;
        }
    }

    /// <summary>Remembers one.</summary>
    public void Add(UInt128 key, HttpAnswer answer)
    {
        if (lifetime == TimeSpan.Zero) return;
        lock (_lock)
        {
            if (_young.Count >= generationMax) (_old, _young) = (_young, []);
            _young[key] = new Entry(answer, time.GetTimestamp());
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        lock (_lock) (_old, _young) = ([], []);
    }

    private sealed record Entry(HttpAnswer Answer, long At);
}
