namespace Load.Checking;

/// <summary>
/// What one subscriber has received of each stream: every message once, in the order of its number. It outlives connections,
/// so that a session that returns is held to what it was owed.
/// </summary>
internal sealed class StreamCheck(TopicSet topics, int publishers, DeliveryTotals totals)
{
    /// <summary>Gaps are remembered one by one up to here; a run with more has failed anyway.</summary>
    private const int MissingMax = 1_000_000;

    private readonly long[] _next = new long[topics.Count * publishers];
    private HashSet<(int Stream, long Sequence)>? _missing;

    public TopicSet Topics { get; } = topics;

    /// <summary>Different messages received.</summary>
    public long Received { get; private set; }

    /// <returns>It has not come before.</returns>
    public bool Record(in MessageStamp stamp, bool isDup)
    {
        int topic = Topics.SlotOf(stamp.Topic);
        if (topic < 0 || (uint)stamp.Publisher >= (uint)publishers)
        {
            totals.Strays++;
            return false;
        }
        int stream = topic * publishers + stamp.Publisher;
        ref long next = ref _next[stream];
        if (stamp.Sequence != next) return Unexpected(stream, ref next, stamp.Sequence, isDup);
        next++;
        Received++;
        totals.Received++;
        return true;
    }

    private bool Unexpected(int stream, ref long next, long sequence, bool isDup)
    {
        if (sequence > next)
        {
            _missing ??= [];
            for (; next < sequence && _missing.Count < MissingMax; next++) _missing.Add((stream, next));
            next = sequence + 1;
        }
        else if (_missing?.Remove((stream, sequence)) == true)
        {
            totals.OutOfOrder++;
        }
        else
        {
            if (isDup) totals.Redelivered++;
            else totals.Duplicates++;
            return false;
        }
        Received++;
        totals.Received++;
        return true;
    }
}
