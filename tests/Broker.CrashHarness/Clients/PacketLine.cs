using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.CrashHarness.Clients;

/// <summary>Packets as histories print them: without the fillings, which would be kept for long.</summary>
internal static class PacketLine
{
    public static string Of(object packet) => packet switch
    {
        ConnAckPacket answer =>
            $"CONNACK {answer.ReasonCode}{(answer.SessionPresent ? " session present" : "")}" +
            $"{(answer.ReceiveMaximum is { } maximum ? $" receive maximum {maximum}" : "")}",
        AckPacket ack =>
            $"{ack.Type.ToString().ToUpperInvariant()} id {ack.PacketId}" +
            (ack.ReasonCode == ReasonCode.Success ? "" : $" {ack.ReasonCode}"),
        SubAckPacket answer => $"SUBACK id {answer.PacketId} {string.Join(' ', answer.ReasonCodes)}",
        UnsubAckPacket answer => $"UNSUBACK id {answer.PacketId} {string.Join(' ', answer.ReasonCodes)}",
        ReceivedPublish publish =>
            $"PUBLISH {publish.Topic} {HeadOf(publish)} q{(int)publish.Qos}{(publish.Retain ? " retain" : "")}" +
            $"{(publish.Dup ? " dup" : "")} id {publish.PacketId}",
        PingResponse => "PINGRESP",
        _ => $"{packet}",
    };

    /// <summary>The payload without its filling.</summary>
    public static string HeadOf(ReceivedPublish packet) => packet.Text.Split('\n')[0];
}
