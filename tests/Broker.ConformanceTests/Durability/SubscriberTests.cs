using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.PacketType;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Durability;

/// <summary>What is sent to a persistent subscriber, and what must be committed before.</summary>
public sealed class SubscriberTests
{
    private readonly ManualStateStore _store = new();

    [Theory]
    [InlineData(AtMostOnce)]
    [InlineData(AtLeastOnce)]
    public async Task PUBLISH_FromServer_QoS0And1_LeavesAtOnce(QualityOfService qos)
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await PersistentSubscriber(broker, qos);
        TestClient publisher = await broker.ConnectAsync("publisher");

        await publisher.PublishAsync(new("a", "x", qos));

        await client.ExpectPublishAsync("a", "x");
        Assert.Equal(qos == AtMostOnce ? 0 : 1, _store.Pending.Count);
    }

    [Fact, Spec("MQTT-4.3.3-1", "3.1.1")]
    public async Task PUBLISH_FromServer_QoS2_WaitsForTheCommit()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await PersistentSubscriber(broker, ExactlyOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");

        await publisher.PublishAsync(new("a", "x", ExactlyOnce));
        await publisher.PingFenceAsync();
        await client.PingFenceAsync();
        Assert.Single(_store.Pending.OfType<DeliveryQueued>());
        _store.Commit();

        await client.ExpectPublishAsync("a", "x");
    }

    [Fact]
    public async Task PUBLISH_FromServer_QoS2ToVolatileSession_LeavesAtOnce()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", ExactlyOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");

        await publisher.PublishAndCompleteAsync(new("a", "x", ExactlyOnce));

        Assert.Equal("x", (await client.ReceiveAndCompleteAsync()).Text);
        Assert.Empty(_store.Changes);
    }

    [Fact]
    public async Task PUBLISH_FromServer_QoS2Waits_QoS0AndAcksAreNotHeldBackByIt()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await PersistentSubscriber(broker, ExactlyOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAsync(new("a", "gated", ExactlyOnce));
        await publisher.PingFenceAsync();

        await publisher.PublishAsync(new("a", "zero"));
        await client.ExpectPublishAsync("a", "zero");
        await client.PublishAsync(new("nobody", "x", AtLeastOnce) { PacketId = 77 });
        await client.ExpectAckAsync(PubAck, 77);
        await client.PingFenceAsync();
        _store.Commit();

        await client.ExpectPublishAsync("a", "gated");
    }

    [Fact, Spec("MQTT-4.6.0-6", "3.1.1")]
    public async Task PUBLISH_FromServer_SeveralQoS2AreCommittedOneByOne_ComeInTheirOrder()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await PersistentSubscriber(broker, ExactlyOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");
        int before = _store.Changes.Count;
        for (int i = 1; i <= 5; i++) await publisher.PublishAsync(new("a", $"{i}", ExactlyOnce));
        await publisher.PingFenceAsync();

        for (int i = 1; i <= 5; i++)
        {
            await client.PingFenceAsync();
            _store.CommitThrough(before + i);
            await client.ExpectPublishAsync("a", $"{i}");
        }
    }

    [Fact, Spec("MQTT-4.3.3-1", "3.1.1")]
    [Demand("A2")]
    public async Task PUBREL_FromServer_PersistentSession_WaitsForTheStateToBeCommitted()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await PersistentSubscriber(broker, ExactlyOnce);
        ushort packetId = await Delivered(broker, client, ExactlyOnce);

        await client.AcknowledgeAsync(PubRec, packetId);
        await client.PingFenceAsync();
        Assert.Equal([new DeliveryReleased("client", packetId)], _store.Pending);
        _store.Commit();

        await client.ExpectAckAsync(PubRel, packetId);
    }

    [Fact, Spec("MQTT-4.3.3-1", "3.1.1")]
    public async Task PUBREL_FromServer_ConnectionIsLostBeforeTheCommit_IsSentAfterIt()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("fence");
        TestClient client = await PersistentSubscriber(broker, ExactlyOnce);
        ushort packetId = await Delivered(broker, client, ExactlyOnce);
        await client.AcknowledgeAsync(PubRec, packetId);
        await client.DisconnectAsync();

        client = broker.Open();
        await client.SendBytesAsync("10 12 00 04 'MQTT' 04 00 00 00 00 06 'client' | 30 07 00 05 'fence'");
        await watcher.ExpectPublishAsync("fence", "");
        Task<ConnAckPacket> answer = client.ReadHeldBackAsync<ConnAckPacket>();
        _store.Commit();

        Assert.True((await answer).SessionPresent);
        await client.ExpectAckAsync(PubRel, packetId);
        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task PUBACK_FromClient_PersistentSession_RemovesTheDelivery()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await PersistentSubscriber(broker, AtLeastOnce);
        ushort packetId = await Delivered(broker, client, AtLeastOnce);

        await client.AcknowledgeAsync(PubAck, packetId);
        await client.PingFenceAsync();

        Assert.Equal([new DeliveryRemoved("client", packetId)], _store.Pending);
    }

    [Fact]
    [Demand("A2")]
    public async Task PUBCOMP_FromClient_PersistentSession_RemovesTheDelivery()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await PersistentSubscriber(broker, ExactlyOnce);
        ushort packetId = await Delivered(broker, client, ExactlyOnce);
        await client.AcknowledgeAsync(PubRec, packetId);
        await client.PingFenceAsync();
        _store.Commit();
        await client.ExpectAckAsync(PubRel, packetId);

        await client.AcknowledgeAsync(PubComp, packetId);
        await client.PingFenceAsync();

        Assert.Equal([new DeliveryRemoved("client", packetId)], _store.Pending);
    }

    private async Task<TestClient> PersistentSubscriber(TestBroker broker, QualityOfService qos)
    {
        TestClient client = await broker.ConnectCommittedAsync(_store, "client");
        await client.SubscribeCommittedAsync(_store, "a", qos);
        return client;
    }

    /// <summary>The first message of the session, delivered and committed; its packet id is its sequence number.</summary>
    private async Task<ushort> Delivered(TestBroker broker, TestClient client, QualityOfService qos)
    {
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAsync(new("a", "x", qos));
        await publisher.PingFenceAsync();
        _store.Commit();
        return (await client.ExpectPublishAsync("a", "x")).PacketId;
    }
}
