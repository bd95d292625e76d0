using Load.Measuring;

namespace Load.Checking;

/// <summary>What all subscribers together have received.</summary>
internal sealed class DeliveryTotals
{
    /// <summary>Different messages, counted once for each subscriber.</summary>
    public long Received { get; set; }

    /// <summary>The same message again, without the flag that says so.</summary>
    public long Duplicates { get; set; }

    /// <summary>The same message again with DUP, which QoS 1 may do after a connection broke.</summary>
    public long Redelivered { get; set; }

    /// <summary>Messages that came after a later one of their stream.</summary>
    public long OutOfOrder { get; set; }

    /// <summary>Messages that nobody here sent, or that were not for this subscriber.</summary>
    public long Strays { get; set; }

    /// <summary>From the write of the PUBLISH to the read of the delivery.</summary>
    public LatencyHistogram Latency { get; } = new();
}
