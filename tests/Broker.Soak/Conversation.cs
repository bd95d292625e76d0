using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.Soak;

/// <summary>A client's side of all exchanges: what comes is answered as the specification says.</summary>
/// <param name="client">Is connected.</param>
/// <param name="acknowledges">Whether it answers PUBLISH; one that does not fills its queue.</param>
internal sealed class Conversation(TestClient client, bool acknowledges = true)
{
    private ushort _lastPacketId;

    public async Task PublishAsync(OutgoingPublish message)
    {
        if (client.Version != ProtocolVersion.Mqtt50) message = message with { MessageExpirySeconds = null };
        if (message.Qos != QualityOfService.AtMostOnce) message = message with { PacketId = NextPacketId() };
        await client.PublishAsync(message).ConfigureAwait(false);
    }

    public Task SubscribeAsync(string filter, QualityOfService qos) =>
        client.SendAsync(new SubscribePacket(NextPacketId(), 0, [new SubscriptionRequest(filter, (byte)qos)]));

    public Task UnsubscribeAsync(string filter) => client.SendAsync(new UnsubscribePacket(NextPacketId(), [filter]));

    /// <summary>Takes what has come.</summary>
    /// <param name="take">Is given each PUBLISH before it is answered.</param>
    /// <returns>PUBLISH packets among it.</returns>
    public async Task<int> DrainAsync(Action<object>? take = null)
    {
        int publishes = 0;
        await client.DrainToPingAsync(async (_, packet) =>
        {
            take?.Invoke(packet);
            if (packet is ReceivedPublish) publishes++;
            await AnswerAsync(packet).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return publishes;
    }

    private Task AnswerAsync(object packet) => packet switch
    {
        ReceivedPublish { Qos: QualityOfService.AtLeastOnce } message when acknowledges =>
            client.AcknowledgeAsync(PacketType.PubAck, message.PacketId),
        ReceivedPublish { Qos: QualityOfService.ExactlyOnce } message when acknowledges =>
            client.AcknowledgeAsync(PacketType.PubRec, message.PacketId),
        AckPacket { Type: PacketType.PubRec, ReasonCode: < ReasonCode.UnspecifiedError } ack =>
            client.AcknowledgeAsync(PacketType.PubRel, ack.PacketId),
        AckPacket { Type: PacketType.PubRel } ack => client.AcknowledgeAsync(PacketType.PubComp, ack.PacketId),
        _ => Task.CompletedTask,
    };

    private ushort NextPacketId() => ++_lastPacketId;
}
