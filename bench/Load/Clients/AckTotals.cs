using Load.Measuring;

namespace Load.Clients;

/// <summary>What all publishers together have seen acknowledged.</summary>
internal sealed class AckTotals
{
    public long Acked { get; set; }

    /// <summary>Acknowledgements that say no (5.0 only).</summary>
    public long Refused { get; set; }

    /// <summary>Acknowledgements that overtook another of their connection, which MQTT forbids.</summary>
    public long OutOfOrder { get; set; }

    /// <summary>Acknowledgements of nothing.</summary>
    public long Strays { get; set; }

    /// <summary>From the write of PUBLISH to the read of PUBACK, at QoS 2 of PUBCOMP.</summary>
    public LatencyHistogram Latency { get; } = new();
}
