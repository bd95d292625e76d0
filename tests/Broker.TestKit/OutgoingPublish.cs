using System.Buffers;
using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;

namespace Broker.TestKit;

/// <summary>A PUBLISH that a test sends.</summary>
/// <param name="Topic">Topic name; empty with a known <see cref="TopicAlias"/>.</param>
/// <param name="Text">Payload as UTF-8 text.</param>
/// <param name="Qos">Quality of service.</param>
public sealed record OutgoingPublish(string Topic, string Text = "", QualityOfService Qos = QualityOfService.AtMostOnce)
{
    /// <summary>0: <see cref="TestClient"/> takes its next one where one is needed.</summary>
    public ushort PacketId { get; init; }

    public bool Retain { get; init; }

    public bool Dup { get; init; }

    /// <summary>Payload bytes instead of <see cref="Text"/>.</summary>
    public byte[]? Payload { get; init; }

    /// <summary>5.0: 0 for none.</summary>
    public ushort TopicAlias { get; init; }

    /// <summary>5.0: null for none.</summary>
    public uint? MessageExpirySeconds { get; init; }

    /// <summary>5.0: further properties as a wire literal, without a length: <c>"03 00 04 'text'"</c>.</summary>
    public string Properties { get; init; } = "";

    internal void Write(IBufferWriter<byte> output, ProtocolVersion version) =>
        PublishEncoder.Write(output, version, new PublishFields
        {
            TopicUtf8 = Encoding.UTF8.GetBytes(Topic),
            Payload = Payload ?? Encoding.UTF8.GetBytes(Text),
            Qos = Qos,
            PacketId = PacketId,
            Retain = Retain,
            Dup = Dup,
            TopicAlias = TopicAlias,
            MessageExpirySeconds = MessageExpirySeconds,
            ForwardedProperties = WireText.Parse(Properties),
        });
}
