using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Xunit;

namespace Broker.TestKit.Packets;

/// <summary>What a PUBLISH says, kept after its buffer is gone: the view itself cannot be stored or compared.</summary>
internal sealed record PublishSnapshot
{
    public bool Dup { get; init; }

    public QualityOfService Qos { get; init; }

    public bool Retain { get; init; }

    public string Topic { get; init; } = "";

    public ushort PacketId { get; init; }

    public ReadOnlyMemory<byte> Forwarded { get; init; }

    public uint? ExpirySeconds { get; init; }

    public IReadOnlyList<uint> SubscriptionIds { get; init; } = [];

    public ushort TopicAlias { get; init; }

    public ReadOnlyMemory<byte> Payload { get; init; }

    public static PublishSnapshot Of(in PublishPacket packet)
    {
        byte[] forwarded = new byte[packet.ForwardedPropertiesLength];
        packet.CopyForwardedProperties(forwarded);
        List<uint> ids = [];
        foreach (uint id in packet.SubscriptionIdentifiers)
        {
            ids.Add(id);
        }

        return new PublishSnapshot
        {
            Dup = packet.Dup,
            Qos = packet.Qos,
            Retain = packet.Retain,
            Topic = Encoding.UTF8.GetString(packet.TopicUtf8),
            PacketId = packet.PacketId,
            Forwarded = forwarded,
            ExpirySeconds = packet.HasMessageExpiry ? packet.MessageExpirySeconds : null,
            SubscriptionIds = ids,
            TopicAlias = packet.TopicAlias,
            Payload = packet.Payload.ToArray(),
        };
    }

    public byte[] Encode(ProtocolVersion version)
    {
        var fields = new PublishFields
        {
            Dup = Dup,
            Qos = Qos,
            Retain = Retain,
            TopicUtf8 = Encoding.UTF8.GetBytes(Topic),
            PacketId = PacketId,
            ForwardedProperties = Forwarded.Span,
            MessageExpirySeconds = ExpirySeconds,
            SubscriptionIds = SubscriptionIds.ToArray(),
            TopicAlias = TopicAlias,
            Payload = Payload.Span,
        };
        byte[] frame = new byte[PublishEncoder.GetLength(version, fields)];
        Assert.Equal(frame.Length, PublishEncoder.Write(frame, version, fields));
        return frame;
    }
}
