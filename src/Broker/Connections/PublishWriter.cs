using System.IO.Pipelines;
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
    private readonly int _mountPointLength;
    private readonly OutboundAliases? _aliases;

    public PublishWriter(ClientParameters parameters, string? mountPoint)
    {
        _version = parameters.Version;
        _packetBytesMax = parameters.PacketBytesMax;
        _mountPointLength = mountPoint is null ? 0 : System.Text.Encoding.UTF8.GetByteCount(mountPoint);
        if (parameters.OutboundAliases > 0) _aliases = new OutboundAliases(parameters.OutboundAliases);
    }

    /// <summary>Writes one delivery; false, with nothing written, when it is larger than the client takes.</summary>
    public bool TryWrite(PipeWriter output, in OutboxEntry entry, bool dup, TimeProvider time)
    {
        Message message = entry.Message;
        ushort packetId = entry.Sequence == 0 ? (ushort)0 : PacketIds.Of(entry.Sequence);
        uint[] ids = _version == ProtocolVersion.Mqtt50 ? entry.Subscription?.Ids ?? [] : [];
        if (message.SharedFrames is { } shared && _aliases is null && ids.Length == 0 && _mountPointLength == 0
            && message.ExpiresAt == Message.NeverExpires)
            return TryCopy(output, shared.Get(message, _version, packetId != 0), in entry, packetId, dup);

        ushort alias = 0;
        bool isAliasNew = true;
        if (_aliases is not null) alias = _aliases.Get(message.Topic.Name, out isAliasNew);
        var fields = new PublishFields
        {
            Dup = dup,
            Qos = entry.Qos,
            Retain = entry.Retain,
            TopicUtf8 = alias != 0 && !isAliasNew ? [] : message.Topic.Utf8.AsSpan(_mountPointLength),
            PacketId = packetId,
            ForwardedProperties = message.Properties,
            MessageExpirySeconds = message.ExpiresAt == Message.NeverExpires
                ? null
                : message.RemainingSeconds(time.GetUtcNow().ToUnixTimeMilliseconds()),
            SubscriptionIds = ids,
            TopicAlias = alias,
            Payload = message.Payload,
        };
        if (TryEncode(output, in fields)) return true;
        if (alias != 0 && isAliasNew) _aliases!.TakeBack(message.Topic.Name);
        return false;
    }

    private bool TryEncode(PipeWriter output, in PublishFields fields)
    {
        int length = PublishEncoder.GetLength(_version, in fields);
        if (length > _packetBytesMax) return false;
        if (length <= OnePieceBytesMax) output.Advance(PublishEncoder.Write(output.GetSpan(length), _version, in fields));
        else PublishEncoder.Write(output, _version, in fields);
        return true;
    }

    private bool TryCopy(PipeWriter output, byte[] frame, in OutboxEntry entry, ushort packetId, bool dup)
    {
        if (frame.Length > _packetBytesMax) return false;
        byte firstByte = (byte)((byte)PacketType.Publish << 4 | (dup ? 8 : 0) | (byte)entry.Qos << 1 | (entry.Retain ? 1 : 0));
        Span<byte> span = output.GetSpan(frame.Length);
        SharedFrames.CopyTo(frame, span, firstByte, entry.Message.Topic.Utf8.Length, packetId);
        output.Advance(frame.Length);
        return true;
    }
}
