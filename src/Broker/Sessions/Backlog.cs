using System.Diagnostics;

namespace Broker.Sessions;

/// <summary>
/// What a session has in the store only: everything while its owner is away, and what a slow owner has not come to. Of it there
/// are counts in memory, and a place to read on from. What comes while the last page is being read is kept as its tail, so that
/// a session which catches up leaves the store behind. Guarded by the session's lock.
/// </summary>
internal sealed class Backlog
{
    private RingQueue<OutboxEntry>? _tail;
    private long _tailBytes;
    private RingQueue<int>? _lengths;
    private long _lengthsSum;
    private long _passedBefore;

    /// <summary>Deliveries.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them were sent before, and so are not held against the limits of the queue.</summary>
    public int SentCount { get; private set; }

    /// <summary>Their payload bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Deliveries up to this sequence number are in memory or complete.</summary>
    public long ReadThrough { get; private set; }

    /// <summary>Whether a page is being read.</summary>
    public bool IsReading { get; private set; }

    /// <summary>Takes what was in the store when the broker started.</summary>
    public void Restore(int count, int sentCount, long bytes) => (Count, SentCount, Bytes) = (count, sentCount, bytes);

    /// <summary>A delivery that was stored and is kept in memory as well.</summary>
    public void Pass(long sequence)
    {
        Debug.Assert(Count == 0, "nothing may be overtaken");
        ReadThrough = sequence;
    }

    /// <summary>A delivery that was stored behind what is here already.</summary>
    /// <param name="entry">It.</param>
    /// <param name="tailMax">So many are kept in memory while a page is read.</param>
    /// <param name="tailBytesMax">The same in payload bytes.</param>
    /// <param name="keepsLength">Whether its length will be asked for, by <see cref="DropOldest"/>.</param>
    public void Add(in OutboxEntry entry, int tailMax, long tailBytesMax, bool keepsLength = false)
    {
        Count++;
        Bytes += entry.Message.PayloadLength;
        if (keepsLength || _lengths is not null)
        {
            (_lengths ??= new RingQueue<int>()).Enqueue(entry.Message.PayloadLength);
            _lengthsSum += entry.Message.PayloadLength;
        }
        if (_tail is null) return;
        _tailBytes += entry.Message.PayloadLength;
        if (_tail.Count < tailMax && _tailBytes <= tailBytesMax) _tail.Enqueue(in entry);
        else _tail = null;
    }

    /// <summary>The connection is gone: what was in memory is here.</summary>
    /// <param name="after">Everything behind this sequence number.</param>
    /// <param name="count">Deliveries that were in memory.</param>
    /// <param name="sentCount">How many of them were sent.</param>
    /// <param name="bytes">Their payload bytes.</param>
    public void TakeBack(long after, int count, int sentCount, long bytes)
    {
        Abandon();
        ReadThrough = Math.Min(ReadThrough, after);
        Count += count;
        SentCount += sentCount;
        Bytes += bytes;
    }

    /// <summary>A page is being asked for.</summary>
    /// <param name="isLast">Whether it will bring all there is, so that what comes behind it is worth keeping.</param>
    /// <param name="sentSequence">What was sent by now, or dropped unsent.</param>
    public void BeginReading(bool isLast, long sentSequence)
    {
        IsReading = true;
        _passedBefore = Math.Max(ReadThrough, sentSequence);
        _tail = isLast ? new RingQueue<OutboxEntry>() : null;
        _tailBytes = 0;
    }

    /// <summary>A delivery of the page is in memory now.</summary>
    public void Take(int payloadLength, bool wasSent)
    {
        Leave(payloadLength, _lengths?.Count == Count ? 0 : -1);
        if (wasSent && SentCount > 0) SentCount--;
    }

    /// <summary>
    /// The first delivery that was not sent is no more. Where its length is not known it is taken for one of mean length, so that
    /// the sum is right again when the last of those is gone.
    /// </summary>
    public void DropOldest()
    {
        // Those whose length is known are the last ones, and those that were sent the first.
        int known = _lengths?.Count ?? 0;
        int place = known - (Count - SentCount);
        if (place >= 0) Leave(_lengths![place], place);
        else Leave((int)((Bytes - _lengthsSum) / (Count - known)), place: -1);
    }

    // The place among those whose length is known; -1: it is none of them.
    private void Leave(int payloadLength, int place)
    {
        if (place >= 0)
        {
            _lengthsSum -= _lengths![place];
            _lengths.RemoveAt(place);
        }
        Count--;
        Bytes = Count == 0 ? 0 : Math.Max(_lengthsSum, Bytes - payloadLength);
        if (Count == 0) _lengths = null;
    }

    /// <summary>Whether a delivery of the page or the tail was dropped while the page was read.</summary>
    /// <param name="sequence">Which.</param>
    /// <param name="sentSequence">What was sent by now, or dropped unsent.</param>
    public bool WasDropped(long sequence, long sentSequence) => sequence > _passedBefore && sequence <= sentSequence;

    /// <summary>The page is in memory.</summary>
    /// <param name="through">What it covers.</param>
    /// <param name="asked">What was asked for.</param>
    /// <param name="sentSequence">What was sent by now, or dropped unsent.</param>
    /// <param name="outbox">Takes the tail, when nothing lies between the page and it.</param>
    public void EndReading(long through, long asked, long sentSequence, Outbox outbox)
    {
        IsReading = false;
        ReadThrough = through;
        if (through == asked && _tail is { } tail)
        {
            while (tail.TryPeek(out OutboxEntry entry))
            {
                tail.Dequeue();
                ReadThrough = entry.Sequence;
                if (WasDropped(entry.Sequence, sentSequence)) continue;
                outbox.Enqueue(in entry);
                Take(entry.Message.PayloadLength, wasSent: false);
            }
            Debug.Assert(Count == 0, "what was counted was there");
            (Count, SentCount, Bytes, _lengths, _lengthsSum) = (0, 0, 0, null, 0);
        }
        _tail = null;
    }

    /// <summary>Nobody waits for the page any more.</summary>
    public void Abandon()
    {
        IsReading = false;
        _tail = null;
    }
}
