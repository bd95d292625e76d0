using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Short forms of what nearly every test of 5.0 does.</summary>
internal static class Mqtt5Clients
{
    /// <summary>Packet id of <see cref="SubscribeWithIdAsync"/>, out of the way of the client's own.</summary>
    private const ushort SubscribePacketId = 60_000;

    /// <summary>Opens a connection that will speak 5.0.</summary>
    public static TestClient OpenV5(this TestBroker broker) => broker.Open(ProtocolVersion.Mqtt50);

    /// <summary>Connects with 5.0: clean start, and a session that ends with its connection.</summary>
    public static Task<TestClient> ConnectV5Async(
        this TestBroker broker, string clientId, Func<ConnectPacket, ConnectPacket>? with = null) =>
        broker.ConnectAsync(clientId, ProtocolVersion.Mqtt50, with);

    /// <summary>Connects with 5.0 without clean start, to a session that is kept for a while.</summary>
    public static Task<TestClient> ResumeAsync(
        this TestBroker broker, string clientId, Func<ConnectPacket, ConnectPacket>? with = null) =>
        broker.ConnectV5Async(clientId, packet =>
        {
            packet = packet with { CleanStart = false, SessionExpiryIntervalSeconds = 3600 };
            return with is null ? packet : with(packet);
        });

    /// <summary>A session that waits for its client, with one subscription.</summary>
    public static async Task LeaveSubscribedAsync(
        this TestBroker broker, string clientId, string filter, QualityOfService qos = QualityOfService.AtLeastOnce)
    {
        TestClient client = await broker.ResumeAsync(clientId);
        await client.SubscribeAsync(filter, qos);
        await client.DisconnectAsync();
    }

    /// <summary>Subscribes with a Subscription Identifier.</summary>
    public static async Task SubscribeWithIdAsync(
        this TestClient client, uint id, string filter, QualityOfService qos = QualityOfService.AtMostOnce)
    {
        await client.SendAsync(new SubscribePacket(SubscribePacketId, id, [new SubscriptionRequest(filter, (byte)qos)]));
        SubAckPacket answer = await client.ReadAsync<SubAckPacket>();
        Assert.Equal([(ReasonCode)qos], answer.ReasonCodes);
    }

    /// <summary>A will with a text payload.</summary>
    public static WillMessage Will(string topic, string text, uint delaySeconds = 0) =>
        new() { Topic = topic, Payload = System.Text.Encoding.UTF8.GetBytes(text), DelaySeconds = delaySeconds };

    /// <summary>Publishes a retained message with QoS 0 and waits until the broker has it.</summary>
    public static async Task RetainAsync(this TestClient client, string topic, string text)
    {
        await client.PublishAsync(new OutgoingPublish(topic, text) { Retain = true });
        await client.PingFenceAsync();
    }

    /// <summary>Publishes with QoS 0 and waits until the broker has handled it.</summary>
    public static async Task TellAsync(this TestClient client, string topic, string text)
    {
        await client.PublishAsync(new OutgoingPublish(topic, text));
        await client.PingFenceAsync();
    }

    /// <summary>Publishes to its own subscription <c>a</c> and receives it.</summary>
    public static async Task HearItselfAsync(this TestClient client)
    {
        await client.PublishAsync(new OutgoingPublish("a", "echo"));
        await client.ExpectPublishAsync("a", "echo");
    }
}
