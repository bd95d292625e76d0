using System.Security.Cryptography;

namespace Broker.Security;

/// <summary>
/// Remembers passwords that were verified, so that a client that comes back costs a microsecond and not a hash. It keeps a keyed
/// digest of the password, never the password. Two generations bound it in number and time: the older one is forgotten when the
/// younger one is full or a generation's time has passed; what was used meanwhile moved to the younger one. Any thread may
/// call it.
/// </summary>
internal sealed class CredentialCache
{
    private static readonly TimeSpan GenerationTime = TimeSpan.FromMinutes(10);

    private readonly TimeProvider _time;
    private readonly int _generationMax;
    private readonly Lock _lock = new();
    private Dictionary<(string File, string User), Entry> _young = [];
    private Dictionary<(string File, string User), Entry> _old = [];
    private long _bornAt;

    /// <param name="time">For forgetting what was not used.</param>
    /// <param name="generationMax">Entries of one generation; twice as many are kept at most.</param>
    public CredentialCache(TimeProvider time, int generationMax = 5000)
    {
        _time = time;
        _generationMax = generationMax;
        _bornAt = time.GetTimestamp();
    }

    /// <summary>True when exactly this password was verified for this user of this file.</summary>
    public bool Contains(string file, string userName, ReadOnlySpan<byte> password)
    {
        Entry? entry;
        lock (_lock)
        {
            entry = Find((file, userName));
        }
        return entry is not null && entry.Matches(password);
    }

    /// <summary>Remembers a password that was verified just now.</summary>
    public void Add(string file, string userName, ReadOnlySpan<byte> password)
    {
        Entry entry = new(password);
        lock (_lock)
        {
            AgeIfDue();
            _young[(file, userName)] = entry;
        }
    }

    private Entry? Find((string File, string User) key)
    {
        AgeIfDue();
        if (_young.TryGetValue(key, out Entry? entry)) return entry;
        if (_old.Remove(key, out entry)) _young[key] = entry;
        return entry;
    }

    private void AgeIfDue()
    {
        TimeSpan age = _time.GetElapsedTime(_bornAt);
        if (_young.Count < _generationMax && age < GenerationTime) return;
        // After two silent generations the younger one is as stale as the older.
        _old = age < GenerationTime * 2 ? _young : [];
        _young = [];
        _bornAt = _time.GetTimestamp();
    }

    private sealed class Entry
    {
        private readonly byte[] _salt = RandomNumberGenerator.GetBytes(16);
        private readonly byte[] _digest;

        public Entry(ReadOnlySpan<byte> password) => _digest = HMACSHA256.HashData(_salt, password);

        public bool Matches(ReadOnlySpan<byte> password)
        {
            Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
            HMACSHA256.HashData(_salt, password, digest);
            return CryptographicOperations.FixedTimeEquals(digest, _digest);
        }
    }
}
