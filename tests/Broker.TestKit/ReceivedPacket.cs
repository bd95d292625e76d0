using Broker.Protocol;
using Broker.Protocol.Packets;
using Xunit.Sdk;

namespace Broker.TestKit;

/// <summary>The answer to a PINGREQ.</summary>
public sealed record PingResponse;

/// <summary>Packets as a client reads them.</summary>
internal static class ReceivedPacket
{
    /// <summary>Decodes one whole packet from the broker.</summary>
    /// <exception cref="XunitException">The broker sent what no client may accept.</exception>
    public static object Decode(byte[] frame, ProtocolVersion version)
    {
        Fault? fault;
        if (FrameReader.TryRead(frame, 0, version, out FrameHeader header, out fault) != FrameStatus.Complete)
            throw Malformed(frame, fault);
        ReadOnlySpan<byte> body = frame.AsSpan(header.HeaderLength);
        object? packet = header.Type switch
        {
            PacketType.ConnAck => ConnAckPacket.TryDecode(body, version, out var connAck, out fault) ? connAck : null,
            PacketType.Publish => Publish(header.Flags, body, version, out fault),
            PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp =>
                AckPacket.TryDecode(header.Type, body, version, out var ack, out fault) ? ack : null,
            PacketType.SubAck => SubAckPacket.TryDecode(body, version, out var subAck, out fault) ? subAck : null,
            PacketType.UnsubAck => UnsubAckPacket.TryDecode(body, version, out var unsubAck, out fault) ? unsubAck : null,
            PacketType.PingResp => PingPackets.TryDecode(body, out fault) ? new PingResponse() : null,
            PacketType.Disconnect =>
                DisconnectPacket.TryDecode(body, version, out var disconnect, out fault) ? disconnect : null,
            PacketType.Auth => AuthPacket.TryDecode(body, version, out var auth, out fault) ? auth : null,
            _ => null,
        };
        return packet ?? throw Malformed(frame, fault);
    }

    /// <summary>A packet in a few words, for messages of failed tests.</summary>
    public static string Describe(byte[] frame, ProtocolVersion version) =>
        $"{Decode(frame, version)} ({WireText.Format(frame.AsSpan(0, Math.Min(frame.Length, 100)))})";

    private static ReceivedPublish? Publish(byte flags, ReadOnlySpan<byte> body, ProtocolVersion version, out Fault? fault) =>
        PublishPacket.TryDecode(flags, body, version, PublishDirection.FromServer, out PublishPacket packet, out fault)
            ? ReceivedPublish.From(packet)
            : null;

    private static XunitException Malformed(byte[] frame, Fault? fault) =>
        new($"The broker sent a malformed packet, {fault?.Text} ({fault?.Clause}): {WireText.Format(frame)}");
}
