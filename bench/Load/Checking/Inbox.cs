namespace Load.Checking;

/// <summary>
/// Which messages of a topic have come to a session, whoever had it: by their number, from 0. It outlives connections; the same
/// message may come again, but not twice without the flag that says so (section 4.4 of MQTT 3.1.1).
/// </summary>
internal sealed class Inbox
{
    private ulong[] _came = new ulong[1];
    private ulong[] _cameFirst = new ulong[1];

    /// <summary>Different messages that came.</summary>
    public long Received { get; private set; }

    /// <summary>Messages that came again without DUP.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Forgets what came.</summary>
    public void Clear()
    {
        Array.Clear(_came);
        Array.Clear(_cameFirst);
        (Received, Duplicates) = (0, 0);
    }

    /// <returns>It has not come before.</returns>
    public bool Record(long number, bool isDup)
    {
        int word = (int)(number >> 6);
        if (word >= _came.Length)
        {
            Array.Resize(ref _came, (word + 1) * 2);
            Array.Resize(ref _cameFirst, (word + 1) * 2);
        }
        ulong bit = 1UL << (int)number;
        if (!isDup)
        {
            if ((_cameFirst[word] & bit) != 0) Duplicates++;
            _cameFirst[word] |= bit;
        }
        if ((_came[word] & bit) != 0) return false;
        _came[word] |= bit;
        Received++;
        return true;
    }
}
