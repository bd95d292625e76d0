using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.PacketType;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1.1 sections 3.4 to 3.7, 4.3 and 4.4: the three levels in both directions, and sending again.</summary>
public sealed class QosTests
{
    [Fact, Spec("MQTT-4.3.1-1")]
    public async Task QOS0_FromServer_Sent_IsNeverSentAgain()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", AtMostOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "x", AtLeastOnce));
        await client.ExpectBytesAsync("30 04 00 01 'a' 'x'");
        await client.DisconnectAsync();

        client = await broker.ConnectPersistentAsync("client");

        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-4.3.2-1"), Spec("MQTT-2.3.1-6")]
    public async Task QOS1_FromServer_UntilPubAck_IsOwedToTheSession()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", AtLeastOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "x", AtLeastOnce));
        ReceivedPublish first = await client.ExpectPublishAsync("a", "x");
        await client.DisconnectAsync();
        client = await broker.ConnectPersistentAsync("client");
        ReceivedPublish again = await client.ExpectPublishAsync("a", "x");
        Assert.Equal((first.PacketId, false, true), (again.PacketId, first.Dup, again.Dup));

        await client.AcknowledgeAsync(PubAck, again.PacketId);
        await client.DisconnectAsync();
        client = await broker.ConnectPersistentAsync("client");

        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-4.3.2-1")]
    public async Task QOS1_FromServer_WhileConnected_IsNotSentAgain()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", AtLeastOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "x", AtLeastOnce));
        await client.ExpectPublishAsync("a", "x");

        broker.Advance(TimeSpan.FromHours(1));

        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-4.3.2-2")]
    public async Task QOS1_FromClient_PacketIdAgainAfterPubAck_IsANewMessage()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", AtMostOnce);

        await client.SendBytesAsync("32 08 00 01 'a' 00 09 'one' | 3a 08 00 01 'a' 00 09 'two'");

        await client.ExpectBytesAsync("40 02 00 09");
        await client.ExpectBytesAsync("40 02 00 09");
        await client.ExpectPublishAsync("a", "one");
        await client.ExpectPublishAsync("a", "two");
    }

    [Fact, Spec("MQTT-4.3.3-1"), Spec("MQTT-2.3.1-6")]
    public async Task QOS2_FromServer_EachStep_FollowsTheAnswerToTheOneBefore()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", ExactlyOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");

        await publisher.PublishAndCompleteAsync(new("a", "x", ExactlyOnce));

        await client.ExpectBytesAsync("34 06 00 01 'a' 00 01 'x'");
        await client.ExpectNothingAsync();
        await client.SendBytesAsync("50 02 00 01");
        await client.ExpectBytesAsync("62 02 00 01");
        await client.SendBytesAsync("70 02 00 01");
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-4.3.3-1")]
    public async Task QOS2_FromServer_AfterPubRec_IsNotPublishedAgain()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", ExactlyOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "x", ExactlyOnce));
        ushort packetId = (await client.ExpectPublishAsync("a", "x")).PacketId;
        await client.AcknowledgeAsync(PubRec, packetId);
        await client.ExpectAckAsync(PubRel, packetId);
        await client.DisconnectAsync();

        client = await broker.ConnectPersistentAsync("client");

        await client.ExpectAckAsync(PubRel, packetId);
        await client.AcknowledgeAsync(PubComp, packetId);
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-4.3.3-1")]
    public async Task QOS2_FromServer_PubRecTwice_IsAnsweredWithPubRelTwice()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", ExactlyOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "x", ExactlyOnce));
        ushort packetId = (await client.ExpectPublishAsync("a", "x")).PacketId;

        await client.AcknowledgeAsync(PubRec, packetId);
        await client.AcknowledgeAsync(PubRec, packetId);

        await client.ExpectAckAsync(PubRel, packetId);
        await client.ExpectAckAsync(PubRel, packetId);
    }

    [Fact, Spec("MQTT-4.3.3-2")]
    public async Task QOS2_FromClient_PublishedTwiceBeforePubRel_IsPassedOnOnce()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", AtMostOnce);

        await client.SendBytesAsync("34 06 00 01 'a' 00 09 'x'");
        await client.ExpectBytesAsync("50 02 00 09");
        await client.ExpectPublishAsync("a", "x");
        await client.SendBytesAsync("3c 06 00 01 'a' 00 09 'x'");

        await client.ExpectBytesAsync("50 02 00 09");
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-4.3.3-2")]
    public async Task QOS2_FromClient_PublishedAgainOnTheNextConnection_IsPassedOnOnce()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("a", ExactlyOnce);
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SendBytesAsync("34 06 00 01 'a' 00 09 'x'");
        await client.ExpectBytesAsync("50 02 00 09");
        await client.CloseAsync();

        client = await broker.ConnectPersistentAsync("client");
        await client.SendBytesAsync("3c 06 00 01 'a' 00 09 'x' | 62 02 00 09");

        await client.ExpectBytesAsync("50 02 00 09");
        await client.ExpectBytesAsync("70 02 00 09");
        Assert.Equal("x", (await watcher.ReceiveAndCompleteAsync()).Text);
        await watcher.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-4.3.3-2")]
    public async Task QOS2_FromClient_PacketIdAgainAfterPubComp_IsANewMessage()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", AtMostOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");

        await publisher.PublishAndCompleteAsync(new("a", "one", ExactlyOnce) { PacketId = 9 });
        await publisher.PublishAndCompleteAsync(new("a", "two", ExactlyOnce) { PacketId = 9 });

        await client.ExpectPublishAsync("a", "one");
        await client.ExpectPublishAsync("a", "two");
    }

    [Fact, Spec("MQTT-4.3.3-2")]
    public async Task QOS2_FromClient_PubRelTwice_IsAnsweredWithPubCompTwice()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SendBytesAsync("34 06 00 01 'a' 00 09 'x'");
        await client.ExpectBytesAsync("50 02 00 09");

        await client.SendBytesAsync("62 02 00 09 | 62 02 00 09");

        await client.ExpectBytesAsync("70 02 00 09");
        await client.ExpectBytesAsync("70 02 00 09");
    }

    [Theory, Spec("MQTT-4.3.3-1"), Spec("MQTT-4.3.3-2")]
    [InlineData("50 02 00 09", "62 02 00 09")]
    [InlineData("62 02 00 09", "70 02 00 09")]
    [InlineData("40 02 00 09 | c0 00", "d0 00")]
    [InlineData("70 02 00 09 | c0 00", "d0 00")]
    public async Task ACK_FromClient_PacketIdIsNotKnown_EndsTheExchangeInPeace(string wire, string answer)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        await client.ExpectBytesAsync(answer);
        await client.ExpectNothingAsync();
    }

    [Theory, Spec("MQTT-4.3.2-1"), Spec("MQTT-4.3.3-1"), Spec("MQTT-4.8.0-1")]
    [InlineData(AtLeastOnce, PubRec)]
    [InlineData(AtLeastOnce, PubComp)]
    [InlineData(ExactlyOnce, PubAck)]
    [InlineData(ExactlyOnce, PubComp)]
    public async Task ACK_FromClient_OfAnotherQoSOrStep_Closes(QualityOfService qos, PacketType type)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", qos);
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "x", qos));
        ushort packetId = (await client.ExpectPublishAsync("a", "x")).PacketId;

        await client.AcknowledgeAsync(type, packetId);

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.6.1-1"), Spec("MQTT-2.2.2-2")]
    [InlineData("60 02 00 09")]
    [InlineData("63 02 00 09")]
    [InlineData("6a 02 00 09")]
    public async Task PUBREL_FromClient_WrongReservedFlags_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SendBytesAsync("34 06 00 01 'a' 00 09 'x'");
        await client.ExpectBytesAsync("50 02 00 09");

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-4.4.0-1")]
    public async Task SESSION_InServer_Resumed_SendsUnacknowledgedPacketsWithTheirPacketIds()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", ExactlyOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");
        foreach (QualityOfService qos in new[] { AtLeastOnce, ExactlyOnce, ExactlyOnce, AtLeastOnce })
            await publisher.PublishAndCompleteAsync(new("a", $"{qos}", qos));
        ushort[] ids = new ushort[4];
        for (int i = 0; i < 4; i++) ids[i] = (await client.ReadAsync<ReceivedPublish>()).PacketId;
        await client.AcknowledgeAsync(PubRec, ids[1]);
        await client.ExpectAckAsync(PubRel, ids[1]);
        await client.AcknowledgeAsync(PubAck, ids[3]);
        await client.DisconnectAsync();

        client = await broker.ConnectPersistentAsync("client");

        Assert.Equal((ids[0], true), Brief(await client.ReadAsync<ReceivedPublish>()));
        await client.ExpectAckAsync(PubRel, ids[1]);
        Assert.Equal((ids[2], true), Brief(await client.ReadAsync<ReceivedPublish>()));
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-4.4.0-1")]
    public async Task SESSION_InServer_CleanSession_SendsNothingAgain()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", AtLeastOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "x", AtLeastOnce));
        await client.ExpectPublishAsync("a", "x");
        await client.DisconnectAsync();

        client = await broker.ConnectAsync("client");

        await client.ExpectNothingAsync();
    }

    private static (ushort PacketId, bool Dup) Brief(ReceivedPublish message) => (message.PacketId, message.Dup);
}
