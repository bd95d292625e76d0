using Broker.Protocol;

namespace Broker.CrashHarness.Facts;

/// <summary>A message that a publisher has sent at least once.</summary>
/// <param name="publisher">Client id of its publisher.</param>
/// <param name="number">Its place among all messages of the publisher, from 1.</param>
/// <param name="topic">Where to.</param>
/// <param name="qos">How.</param>
internal sealed class SentMessage(string publisher, int number, string topic, QualityOfService qos)
{
    private long _acked = Stamps.Never;

    public string Publisher { get; } = publisher;

    public int Number { get; } = number;

    public string Topic { get; } = topic;

    public QualityOfService Qos { get; } = qos;

    /// <summary>Published with RETAIN.</summary>
    public bool IsRetained { get; init; }

    /// <summary>Takes the retained message of its topic away: no payload, and nothing can be said about its deliveries.</summary>
    public bool IsRemoval { get; init; }

    /// <summary>When it was about to be written for the first time.</summary>
    public long FirstSent { get; } = Stamps.Next();

    /// <summary>When its PUBACK or PUBREC was read: from then on it may not be lost.</summary>
    public long Acked
    {
        get => Volatile.Read(ref _acked);
        set => Volatile.Write(ref _acked, value);
    }

    public bool IsAcked => Acked != Stamps.Never;

    public override string ToString() =>
        $"{Publisher} #{Number} {Topic} q{(int)Qos}{(IsRetained ? " retain" : "")}{(IsAcked ? "" : ", not acknowledged")}";
}
