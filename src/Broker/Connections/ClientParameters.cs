using Broker.Protocol;

namespace Broker.Connections;

/// <summary>What was agreed in CONNECT and CONNACK.</summary>
internal sealed record ClientParameters
{
    public required string ClientId { get; init; }

    public required ProtocolVersion Version { get; init; }

    public string? UserName { get; init; }

    public bool CleanStart { get; init; }

    /// <summary>Seconds; 0: the client may be silent for ever.</summary>
    public int KeepAliveSeconds { get; init; }

    /// <summary>Largest packet the client takes, bytes.</summary>
    public long PacketBytesMax { get; init; } = long.MaxValue;

    /// <summary>Topic aliases the broker may use towards the client.</summary>
    public int OutboundAliases { get; init; }

    /// <summary>Topic aliases the client may use towards the broker.</summary>
    public int InboundAliases { get; init; }

    /// <summary>QoS 1 and 2 messages the client may have unanswered.</summary>
    public int ReceiveMaximum { get; init; } = int.MaxValue;

    /// <summary>Session Expiry Interval asked for in CONNECT, seconds.</summary>
    public uint ExpirySeconds { get; init; }

    /// <summary>A bridge of another broker: keeps RETAIN as published and never gets its own messages back.</summary>
    public bool IsBridge { get; init; }
}
