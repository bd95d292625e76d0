namespace Broker.Persistence.Transfer;

/// <summary>How many facts of each kind an export has.</summary>
public sealed record TransferCounts
{
    /// <summary>Sessions.</summary>
    public long Sessions { get; set; }

    /// <summary>Subscriptions.</summary>
    public long Subscriptions { get; set; }

    /// <summary>Wills.</summary>
    public long Wills { get; set; }

    /// <summary>QoS 2 packet ids of publishers.</summary>
    public long Receipts { get; set; }

    /// <summary>Messages, each once.</summary>
    public long Messages { get; set; }

    /// <summary>Deliveries of these.</summary>
    public long Deliveries { get; set; }

    /// <summary>Retained messages.</summary>
    public long Retained { get; set; }

    /// <summary>Bans.</summary>
    public long Bans { get; set; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Sessions} sessions, {Subscriptions} subscriptions, {Wills} wills, {Receipts} receipts, {Messages} messages in "
        + $"{Deliveries} deliveries, {Retained} retained messages, {Bans} bans";
}
