using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Broker.Protocol.Properties;

namespace Broker.Protocol.Packets;

/// <summary>CONNECT (MQTT 5.0 section 3.1).</summary>
public sealed record ConnectPacket
{
    /// <summary>What the client speaks.</summary>
    public required ProtocolVersion Version { get; init; }

    /// <summary>3.x: the high bit of the protocol level, by which mosquitto's bridges make themselves known.</summary>
    public bool IsBridge { get; init; }

    /// <summary>Clean Start; before 5.0 Clean Session.</summary>
    public bool CleanStart { get; init; }

    /// <summary>Keep alive in seconds; 0 for none.</summary>
    public ushort KeepAliveSeconds { get; init; }

    /// <summary>Client identifier; may be empty.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>User name; null when absent.</summary>
    public string? UserName { get; init; }

    /// <summary>Password, a copy; null when absent.</summary>
    public ReadOnlyMemory<byte>? Password { get; init; }

    /// <summary>The will; null when absent.</summary>
    public WillMessage? Will { get; init; }

    /// <summary>5.0: Session Expiry Interval in seconds; 0 when absent, 4,294,967,295 is never.</summary>
    public uint SessionExpiryIntervalSeconds { get; init; }

    /// <summary>5.0: how many QoS 1 and 2 messages the client takes at once.</summary>
    public ushort ReceiveMaximum { get; init; } = ushort.MaxValue;

    /// <summary>5.0: the largest packet in bytes that the client takes; 0 when it set no limit.</summary>
    public uint MaximumPacketSize { get; init; }

    /// <summary>5.0: the highest topic alias that the client takes.</summary>
    public ushort TopicAliasMaximum { get; init; }

    /// <summary>5.0: the client asks for Response Information.</summary>
    public bool RequestResponseInformation { get; init; }

    /// <summary>5.0: reason strings and user properties may be sent with failures.</summary>
    public bool RequestProblemInformation { get; init; } = true;

    /// <summary>5.0: the method of enhanced authentication; null when absent.</summary>
    public string? AuthenticationMethod { get; init; }

    /// <summary>5.0: data for that method; null when absent.</summary>
    public ReadOnlyMemory<byte>? AuthenticationData { get; init; }

    /// <summary>5.0: user properties.</summary>
    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    /// <summary>Decodes the body of a CONNECT.</summary>
    /// <param name="body">What follows the fixed header, the whole of it.</param>
    /// <param name="packet">The packet; null on failure.</param>
    /// <param name="version">
    /// The version, also on failure: the one in which the refusal can be said, or <see cref="ProtocolVersion.Unknown"/> when
    /// the peer does not speak MQTT and is owed no answer.
    /// </param>
    /// <param name="fault">Why it was refused.</param>
    public static bool TryDecode(
        ReadOnlySpan<byte> body, [NotNullWhen(true)] out ConnectPacket? packet, out ProtocolVersion version,
        [NotNullWhen(false)] out Fault? fault)
    {
        var decoder = new ConnectDecoder(body);
        fault = decoder.Decode(out ConnectPacket decoded);
        packet = decoded;
        version = decoder.Version;
        return fault is null;
    }

    /// <summary>Writes the packet as a client sends it.</summary>
    /// <param name="output">Where to write.</param>
    public void Write(IBufferWriter<byte> output) => ConnectEncoder.Write(output, this);

    internal void WriteProperties(ref PropertyWriter properties)
    {
        uint? sessionExpiry = SessionExpiryIntervalSeconds == 0 ? null : SessionExpiryIntervalSeconds;
        properties.Number(PropertyId.SessionExpiryInterval, sessionExpiry);
        properties.Number(PropertyId.ReceiveMaximum, ReceiveMaximum == ushort.MaxValue ? null : ReceiveMaximum);
        properties.Number(PropertyId.MaximumPacketSize, MaximumPacketSize == 0 ? null : MaximumPacketSize);
        properties.Number(PropertyId.TopicAliasMaximum, TopicAliasMaximum == 0 ? null : TopicAliasMaximum);
        properties.Flag(PropertyId.RequestResponseInformation, RequestResponseInformation ? true : null);
        properties.Flag(PropertyId.RequestProblemInformation, RequestProblemInformation ? null : false);
        properties.Text(PropertyId.AuthenticationMethod, AuthenticationMethod);
        properties.Binary(PropertyId.AuthenticationData, AuthenticationData);
        properties.User(UserProperties);
    }
}
