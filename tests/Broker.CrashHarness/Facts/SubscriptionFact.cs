using Broker.Protocol;
using Broker.Protocol.Topics;

namespace Broker.CrashHarness.Facts;

/// <summary>One filter of a subscriber, and when it was and was not in force. Used under the client's lock.</summary>
internal sealed class SubscriptionFact(string filter, QualityOfService qos)
{
    private readonly List<Interval> _intervals = [];

    public string Filter { get; } = filter;

    public QualityOfService Qos { get; } = qos;

    public bool IsAcked => _intervals is [.., { Acked: not Stamps.Never }];

    /// <summary>SUBACK came, and nobody asked to end it.</summary>
    public bool IsInForce => _intervals is [.., { Acked: not Stamps.Never, Ending: Stamps.Never }];

    /// <summary>UNSUBACK came, and nobody asked for it again.</summary>
    public bool IsOver => _intervals is [.., { EndAcked: not Stamps.Never }];

    public bool Matches(string topic) => TopicFilter.Matches(Filter, topic);

    /// <summary>A SUBSCRIBE is about to be written; sent again after a crash it is still the same one.</summary>
    public void Subscribing()
    {
        if (_intervals is [] or [.., { EndAcked: not Stamps.Never }]) _intervals.Add(new Interval(Stamps.Next()));
    }

    public void Subscribed() => _intervals[^1].Acked = Math.Min(_intervals[^1].Acked, Stamps.Next());

    public void Unsubscribing() => _intervals[^1].Ending = Math.Min(_intervals[^1].Ending, Stamps.Next());

    public void Unsubscribed() => _intervals[^1].EndAcked = Stamps.Next();

    /// <summary>Whether it was in force for certain from before the message was sent until now.</summary>
    public bool MustDeliver(SentMessage message) =>
        _intervals is [.., { Ending: Stamps.Never } last] && last.Acked < message.FirstSent;

    /// <summary>Whether it may have been in force when the broker routed the message, the first time or a later one.</summary>
    public bool MayDeliver(SentMessage message) =>
        _intervals.Exists(i => i.Begun < message.Acked && i.EndAcked > message.FirstSent);

    private sealed class Interval(long begun)
    {
        public long Begun { get; } = begun;

        public long Acked { get; set; } = Stamps.Never;

        public long Ending { get; set; } = Stamps.Never;

        public long EndAcked { get; set; } = Stamps.Never;
    }
}
