using System.IO.Pipelines;
using System.Text;
using Broker.Messages;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Sessions;

namespace Broker.Connections;

/// <summary>
/// Writes PUBLISH packets to one client: its version, topic aliases, mount point and maximum packet size. Belongs to whoever
/// holds the draining flag.
/// </summary>
internal sealed class PublishWriter
{
    /// <summary>Up to this size a frame is written in one piece; larger ones go through the writer's segments.</summary>
    private const int OnePieceBytesMax = 2048;

    private readonly ProtocolVersion _version;
    private readonly long _packetBytesMax;
    private readonly byte[] _mountPoint;
    private readonly OutboundAliases? _aliases;

    public PublishWriter(ClientParameters parameters, string? mountPoint)
    {
        _version = parameters.Version;
        _packetBytesMax = Math.Min(parameters.PacketBytesMax, WireWriter.FrameLength(FrameReader.RemainingLengthMax));
        _mountPoint = Encoding.UTF8.GetBytes(mountPoint ?? "");
        if (parameters.OutboundAliases > 0) _aliases = new OutboundAliases(parameters.OutboundAliases);
    }

    /// <summary>Writes one delivery.</summary>
    /// <returns>Bytes of the packet; 0: it is larger than the client takes, and nothing was written.</returns>
    public int Write(PipeWriter output, in OutboxEntry entry, bool dup, TimeProvider time)
    {
        Message message = entry.Message;
        uint[] ids = _version == ProtocolVersion.Mqtt50 ? entry.SubscriptionIds : [];
        if (message.SharedFrames is { } shared && _aliases is null && ids.Length == 0 && _mountPoint.Length == 0
            && message.ExpiresAt == Message.NeverExpires)
            return Copy(output, shared.Get(message, _version, entry.Sequence != 0), in entry, dup);

        var fields = new PublishFields
        {
            Dup = dup,
            Qos = entry.Qos,
            Retain = entry.Retain,
            PacketId = PacketIdOf(in entry),
            ForwardedProperties = message.Properties,
            MessageExpirySeconds = message.ExpiresAt == Message.NeverExpires
                ? null
                : message.RemainingSeconds(time.GetUtcNow().ToUnixTimeMilliseconds()),
            SubscriptionIds = ids,
            Payload = message.Payload,
        };
        return WriteWithAlias(output, message.Topic, fields);
    }

    /// <summary>Writes a message that is passed.</summary>
    /// <returns>Bytes of the packet; 0: it is larger than the client takes, and nothing was written.</returns>
    public int Write(PipeWriter output, in PublicationRun run, int index, in PassedDelivery delivery)
    {
        ushort packetId = delivery.Qos == QualityOfService.AtMostOnce
            ? (ushort)0
            : PacketIds.Of(delivery.FirstSequence + index);
        ReadOnlySpan<byte> properties = run.PropertiesOf(index);
        ReadOnlySpan<byte> payload = run.PayloadOf(index);
        ReadOnlySpan<uint> ids = _version == ProtocolVersion.Mqtt50 ? delivery.SubscriptionIds : [];
        if (_aliases is not null || !ids.IsEmpty)
        {
            var fields = new PublishFields
            {
                Qos = delivery.Qos,
                PacketId = packetId,
                ForwardedProperties = properties,
                SubscriptionIds = ids,
                Payload = payload,
            };
            return WriteWithAlias(output, run.Topic, fields);
        }
        ReadOnlySpan<byte> topic = WithoutMountPoint(run.Topic.Utf8);
        int length = PublishEncoder.GetPlainLength(_version, topic.Length, delivery.Qos, properties.Length, payload.Length);
        if (length > _packetBytesMax) return 0;
        Span<byte> frame = output.GetSpan(length);
        PublishEncoder.WritePlain(frame, _version, topic, delivery.Qos, packetId, properties, payload);
        output.Advance(length);
        return length;
    }

    private int WriteWithAlias(PipeWriter output, Topic topic, PublishFields fields)
    {
        ReadOnlySpan<byte> name = WithoutMountPoint(topic.Utf8);
        bool isAliasNew = false;
        fields.TopicAlias = _aliases is null ? (ushort)0 : _aliases.Get(topic.Name, out isAliasNew);
        fields.TopicUtf8 = fields.TopicAlias != 0 && !isAliasNew ? [] : name;
        int length = Encode(output, in fields);
        if (length > 0 || !isAliasNew) return length;
        // The client was not told of the alias; and without it the packet is three bytes shorter.
        _aliases!.TakeBack(topic.Name);
        fields.TopicAlias = 0;
        return Encode(output, in fields);
    }

    private int Encode(PipeWriter output, in PublishFields fields)
    {
        int length = PublishEncoder.GetLength(_version, in fields);
        if (length > _packetBytesMax) return 0;
        if (length <= OnePieceBytesMax) output.Advance(PublishEncoder.Write(output.GetSpan(length), _version, in fields));
        else PublishEncoder.Write(output, _version, in fields);
        return length;
    }

    /// <summary>The first byte of a PUBLISH (MQTT 5.0 section 3.3.1).</summary>
    public static byte FirstByte(QualityOfService qos, bool dup = false, bool retain = false) =>
        (byte)((byte)PacketType.Publish << 4 | (dup ? 8 : 0) | (byte)qos << 1 | (retain ? 1 : 0));

    private static ushort PacketIdOf(in OutboxEntry entry) => entry.Sequence == 0 ? (ushort)0 : PacketIds.Of(entry.Sequence);

    // A session that was left on another listener may hold topics that have no such mount point.
    private ReadOnlySpan<byte> WithoutMountPoint(ReadOnlySpan<byte> topic) =>
        _mountPoint.Length > 0 && topic.StartsWith(_mountPoint) && topic.Length > _mountPoint.Length
            ? topic[_mountPoint.Length..]
            : topic;

    private int Copy(PipeWriter output, byte[] frame, in OutboxEntry entry, bool dup)
    {
        if (frame.Length > _packetBytesMax) return 0;
        byte firstByte = FirstByte(entry.Qos, dup, entry.Retain);
        Span<byte> span = output.GetSpan(frame.Length);
        SharedFrames.CopyTo(frame, span, firstByte, entry.Message.Topic.Utf8.Length, PacketIdOf(in entry));
        output.Advance(frame.Length);
        return frame.Length;
    }
}
