using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Numerics;
using Broker.Protocol.Topics;

namespace Broker.Diagnostics;

/// <summary>
/// Messages and bytes of the topics that <c>metrics_topic</c> names: as many series as filters, whatever is published. There only
/// when there is a filter. Any thread.
/// </summary>
internal sealed class TopicCounts
{
    /// <summary>Topics of which a thread remembers which filters they match; a power of two.</summary>
    private const int RememberedCount = 256;

    [ThreadStatic]
    private static Remembered[]? _remembered;

    private readonly ImmutableArray<string> _filters;
    private readonly KeyValuePair<string, object?>[] _tags;
    private readonly long[] _messagesReceived;
    private readonly long[] _bytesReceived;
    private readonly long[] _messagesSent;
    private readonly long[] _bytesSent;

    /// <param name="filters">Valid topic filters, 64 at most.</param>
    public TopicCounts(ImmutableArray<string> filters)
    {
        _filters = filters;
        _tags = [.. filters.Select(static filter => new KeyValuePair<string, object?>("filter", filter))];
        _messagesReceived = new long[filters.Length];
        _bytesReceived = new long[filters.Length];
        _messagesSent = new long[filters.Length];
        _bytesSent = new long[filters.Length];
    }

    /// <summary>PUBLISH packets from clients, for each filter.</summary>
    public IEnumerable<Measurement<long>> MessagesReceived => Observe(_messagesReceived);

    /// <summary>Their payload bytes.</summary>
    public IEnumerable<Measurement<long>> BytesReceived => Observe(_bytesReceived);

    /// <summary>PUBLISH packets to clients, for each filter.</summary>
    public IEnumerable<Measurement<long>> MessagesSent => Observe(_messagesSent);

    /// <summary>Their payload bytes.</summary>
    public IEnumerable<Measurement<long>> BytesSent => Observe(_bytesSent);

    /// <summary>A PUBLISH came from a client.</summary>
    /// <param name="topic">Its topic, mount point included.</param>
    /// <param name="payloadBytes">Of it.</param>
    public void Received(string topic, int payloadBytes) => Add(topic, 1, payloadBytes, _messagesReceived, _bytesReceived);

    /// <summary>PUBLISHes were written to a client.</summary>
    /// <param name="topic">Their topic, mount point included.</param>
    /// <param name="messages">How many.</param>
    /// <param name="payloadBytes">Of all of them.</param>
    public void Sent(string topic, int messages, long payloadBytes) =>
        Add(topic, messages, payloadBytes, _messagesSent, _bytesSent);

    private void Add(string topic, int messages, long bytes, long[] messageCounts, long[] byteCounts)
    {
        for (ulong matching = MatchingOf(topic); matching != 0; matching &= matching - 1)
        {
            int index = BitOperations.TrailingZeroCount(matching);
            Interlocked.Add(ref messageCounts[index], messages);
            Interlocked.Add(ref byteCounts[index], bytes);
        }
    }

    // A bit for each filter. A topic of a connection is one object, so that it is known by its reference.
    private ulong MatchingOf(string topic)
    {
        Remembered[] remembered = _remembered ??= new Remembered[RememberedCount];
        int hash = System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(topic);
        ref Remembered place = ref remembered[hash & (RememberedCount - 1)];
        if (ReferenceEquals(place.Topic, topic) && place.Counts == this) return place.Matching;
        ulong matching = 0;
        for (int i = 0; i < _filters.Length; i++)
        {
            if (TopicFilter.Matches(_filters[i], topic)) matching |= 1UL << i;
        }
        place = new Remembered(topic, this, matching);
        return matching;
    }

    private IEnumerable<Measurement<long>> Observe(long[] counts)
    {
        for (int i = 0; i < counts.Length; i++) yield return new Measurement<long>(Volatile.Read(ref counts[i]), _tags[i]);
    }

    private readonly record struct Remembered(string Topic, TopicCounts Counts, ulong Matching);
}
