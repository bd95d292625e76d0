using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Every optional field that a client may send is understood, and what the broker does not use is passed over.</summary>
public sealed class PacketFormTests
{
    [Fact, Spec("MQTT-3.1.3-1"), Spec("MQTT-3.1.3-3"), Spec("MQTT-3.2.0-2")]
    [Spec("MQTT-3.1.2-17"), Spec("MQTT-3.1.2-19")]
    public async Task CONNECT_FromClient_EveryFieldAndProperty_Accepted()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.OpenV5();
        await client.SendAsync(new ConnectPacket
        {
            Version = ProtocolVersion.Mqtt50,
            ClientId = "c",
            KeepAliveSeconds = 60,
            UserName = "anna",
            Password = "secret"u8.ToArray(),
            SessionExpiryIntervalSeconds = 10,
            ReceiveMaximum = 5,
            MaximumPacketSize = 1000,
            TopicAliasMaximum = 3,
            RequestResponseInformation = true,
            RequestProblemInformation = false,
            UserProperties = [new("a", "1"), new("a", "2")],
            Will = Mqtt5Clients.Will("w", "gone", delaySeconds: 5) with { MessageExpirySeconds = 9, Qos = ExactlyOnce },
        });
        Assert.Equal(ReasonCode.Success, (await client.ReadAsync<ConnAckPacket>()).ReasonCode);
        await client.PingFenceAsync();
    }

    [Fact]
    public async Task SUBSCRIBE_FromClient_UserProperties_PassedOver()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendBytesAsync("82 10 00 01 09 26 00 01 'k' 00 01 'v' 0b 07 00 01 'a' 00");
        await client.ReadAsync<SubAckPacket>();
        await client.PublishAsync(new OutgoingPublish("a", "x"));
        ReceivedPublish message = await client.ExpectPublishAsync("a", "x");
        Assert.Empty(message.UserProperties);
        Assert.Equal([7u], message.SubscriptionIds);
        await client.SendBytesAsync("a2 0d 00 02 07 26 00 01 'k' 00 01 'v' 00 01 'a'");
        Assert.Equal([ReasonCode.Success], (await client.ReadAsync<UnsubAckPacket>()).ReasonCodes);
    }

    [Theory]
    [InlineData("40 02 00 01")]
    [InlineData("40 03 00 01 00")]
    [InlineData("40 04 00 01 00 00")]
    [InlineData("40 0f 00 01 83 0b 1f 00 01 'r' 26 00 01 'k' 00 01 'v'")]
    public async Task PUBACK_FromClient_EachForm_CompletesTheDelivery(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c", packet => packet with { ReceiveMaximum = 1 });
        await client.SubscribeAsync("a", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "1", AtLeastOnce));
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "2", AtLeastOnce));
        await client.ExpectPublishAsync("a", "1");
        await client.SendBytesAsync(wire);
        await client.ExpectPublishAsync("a", "2");
    }

    [Theory, Spec("MQTT-4.6.0-4")]
    [InlineData(1, 2, 3)]
    [InlineData(3, 1, 2)]
    public async Task PUBREL_FromServer_SeveralPubrecs_InTheOrderThePubrecsCame(int first, int second, int third)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("a", ExactlyOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 3; i++) await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", ExactlyOnce));
        for (int i = 0; i < 3; i++) await client.ExpectPublishAsync("a", "x");
        await client.SendBytesAsync($"50 02 00 {first:x2} | 50 02 00 {second:x2} | 50 02 00 {third:x2}");
        foreach (int id in (int[])[first, second, third]) await client.ExpectAckAsync(PacketType.PubRel, (ushort)id);
    }

    // The publisher's half of the exchange goes on although its message has expired meanwhile.
    [Fact, Spec("MQTT-4.3.3-13")]
    public async Task PUBREL_FromClient_MessageHasExpired_PubcompAllTheSame()
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("s", "a", ExactlyOnce);
        TestClient client = await broker.ConnectV5Async("c");
        await client.PublishAsync(new OutgoingPublish("a", "x", ExactlyOnce) { PacketId = 3, MessageExpirySeconds = 1 });
        await client.ExpectAckAsync(PacketType.PubRec, 3);
        broker.Advance(TimeSpan.FromSeconds(5));
        await client.AcknowledgeAsync(PacketType.PubRel, 3);
        await client.ExpectAckAsync(PacketType.PubComp, 3);
    }

    // Nothing is lost while a subscription is replaced.
    [Fact, Spec("MQTT-3.8.4-4")]
    public async Task SUBSCRIBE_FromClient_ReplacedWhileMessagesFlow_EachArrivesOnce()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { QueuedMessagesMax = 0 });
        TestClient subscriber = await broker.ConnectV5Async("s");
        await subscriber.SubscribeAsync("a", AtMostOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        Task publishing = PublishAsync(publisher);
        List<string> received = [];
        for (int i = 0; i < 100; i++)
        {
            await subscriber.SendAsync(new SubscribePacket(9, 0, [new SubscriptionRequest("a", 0)]));
            while (await subscriber.ReadAsync<object>() is ReceivedPublish message) received.Add(message.Text);
        }
        await publishing;
        while (received.Count < 500) received.Add((await subscriber.ReadAsync<ReceivedPublish>()).Text);
        await subscriber.ExpectNothingAsync();
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), received);

        static async Task PublishAsync(TestClient publisher)
        {
            for (int i = 0; i < 500; i++) await publisher.PublishAsync(new OutgoingPublish("a", $"{i}"));
            await publisher.PingFenceAsync();
        }
    }

    // A session outlives a change of the protocol version.
    [Fact, Spec("MQTT-3.1.2-5")]
    public async Task CONNECT_FromClient_FiveResumesASessionOfAnOlderVersion_GetsItsQueue()
    {
        await using var broker = new TestBroker();
        TestClient older = await broker.ConnectPersistentAsync("s");
        await older.SubscribeAsync("a", AtLeastOnce);
        await older.DisconnectAsync();
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", AtLeastOnce) { Properties = "03 00 01 't'" });
        TestClient back = await broker.ResumeAsync("s");
        Assert.Equal("t", (await back.ExpectPublishAsync("a", "x")).ContentType);
    }

    // A member that does not keep up does not hold its group back.
    [Fact]
    public async Task PUBLISH_FromServer_SharedMemberWithAFullQueue_TheOthersGetTheRest()
    {
        await using var broker =
            TestBroker.WithLimits(limits => limits with { QueuedMessagesMax = 1, InflightMessagesMax = 1 });
        TestClient stuck = await broker.ConnectV5Async("stuck");
        await stuck.SubscribeAsync("$share/g/a", AtLeastOnce);
        TestClient quick = await broker.ConnectV5Async("quick");
        await quick.SubscribeAsync("$share/g/a", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        int received = 0;
        for (int i = 0; i < 10; i++)
        {
            await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", AtLeastOnce));
            await quick.PingAsync();
            while (await quick.ReadAsync<object>() is ReceivedPublish message)
            {
                received++;
                await quick.AcknowledgeAsync(PacketType.PubAck, message.PacketId);
            }
        }
        Assert.Equal(8, received);
    }
}
