using Load.Measuring;

namespace Load.Clients;

/// <summary>What those who ask the broker for an echo have seen. Written by their thread.</summary>
internal sealed class EchoTimes
{
    /// <summary>From PUBLISH to its own message, of a client that stays.</summary>
    public LatencyHistogram RoundTrip { get; } = new();

    /// <summary>From the beginning of TCP's handshake to CONNACK, of clients that are new.</summary>
    public LatencyHistogram Connect { get; } = new();

    /// <summary>From CONNACK of a new client to its own message: SUBSCRIBE, SUBACK, PUBLISH, PUBLISH.</summary>
    public LatencyHistogram Served { get; } = new();

    /// <summary>New clients that were sent away or had no answer in time.</summary>
    public long Failed { get; set; }

    /// <summary>How often the client that stays lost its connection.</summary>
    public long Broken { get; set; }
}
