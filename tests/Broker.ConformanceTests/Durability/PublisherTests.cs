using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.PacketType;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Durability;

/// <summary>What a publisher is told, and what must be committed before.</summary>
public sealed class PublisherTests
{
    private readonly ManualStateStore _store = new();

    [Fact, Spec("MQTT-4.3.2-2", "3.1.1")]
    [Demand("A1")]
    public async Task PUBACK_FromServer_PersistentSessionMatches_WaitsForTheCommit()
    {
        await using var broker = new TestBroker(store: _store);
        await PersistentSubscriber(broker, AtLeastOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");

        ushort packetId = await publisher.PublishAsync(new("a", "x", AtLeastOnce));
        await publisher.PingFenceAsync();
        Assert.Single(_store.Pending.OfType<DeliveryQueued>());
        _store.Commit();

        await publisher.ExpectAckAsync(PubAck, packetId);
    }

    [Fact, Spec("MQTT-4.3.2-2", "3.1.1")]
    public async Task PUBACK_FromServer_ManyPersistentSessionsMatch_WaitsForAllOfThem()
    {
        await using var broker = new TestBroker(store: _store);
        foreach (string clientId in new[] { "one", "two", "three" })
        {
            TestClient client = await broker.ConnectCommittedAsync(_store, clientId);
            await client.SubscribeCommittedAsync(_store, "a/+", AtLeastOnce);
        }
        TestClient publisher = await broker.ConnectAsync("publisher");
        int before = _store.Changes.Count;

        ushort packetId = await publisher.PublishAsync(new("a/b", "x", AtLeastOnce));
        await publisher.PingFenceAsync();
        _store.CommitThrough(before + 2);
        await publisher.PingFenceAsync();
        _store.CommitThrough(before + 3);

        await publisher.ExpectAckAsync(PubAck, packetId);
    }

    [Fact]
    public async Task PUBACK_FromServer_OnlyVolatileSessionsMatch_LeavesAtOnce()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", AtLeastOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");

        await publisher.PublishAndCompleteAsync(new("a", "x", AtLeastOnce));

        await client.ExpectPublishAsync("a", "x");
        Assert.Empty(_store.Changes);
    }

    [Fact]
    public async Task PUBACK_FromServer_RetainedWithoutSubscribers_WaitsForTheCommit()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient publisher = await broker.ConnectAsync("publisher");

        ushort packetId = await publisher.PublishAsync(new("a", "x", AtLeastOnce) { Retain = true });
        await publisher.PingFenceAsync();
        Assert.Single(_store.Pending.OfType<RetainedPut>());
        _store.Commit();

        await publisher.ExpectAckAsync(PubAck, packetId);
    }

    [Fact]
    public async Task PUBACK_FromServer_RetainedMessageIsRemoved_WaitsForTheCommit()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAsync(new("a", "x") { Retain = true });

        ushort packetId = await publisher.PublishAsync(new("a", "", AtLeastOnce) { Retain = true });
        await publisher.PingFenceAsync();
        Assert.Single(_store.Pending.OfType<RetainedRemoved>());
        _store.Commit();

        await publisher.ExpectAckAsync(PubAck, packetId);
    }

    [Fact, Spec("MQTT-4.3.3-2", "3.1.1")]
    [Demand("A1")]
    public async Task PUBREC_FromServer_PersistentSessionMatches_WaitsForTheCommit()
    {
        await using var broker = new TestBroker(store: _store);
        await PersistentSubscriber(broker, ExactlyOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");

        ushort packetId = await publisher.PublishAsync(new("a", "x", ExactlyOnce));
        await publisher.PingFenceAsync();
        _store.Commit();

        await publisher.ExpectAckAsync(PubRec, packetId);
    }

    [Fact, Spec("MQTT-4.3.3-2", "3.1.1")]
    public async Task PUBREC_FromServer_PublisherIsPersistent_WaitsForItsPacketIdToBeCommitted()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient publisher = await broker.ConnectCommittedAsync(_store, "publisher");

        ushort packetId = await publisher.PublishAsync(new("a", "x", ExactlyOnce));
        await publisher.PingFenceAsync();
        Assert.Equal([new ReceiptPut("publisher", packetId)], _store.Pending);
        _store.Commit();

        await publisher.ExpectAckAsync(PubRec, packetId);
    }

    [Fact, Spec("MQTT-4.3.3-2", "3.1.1")]
    public async Task PUBREC_FromServer_PublishedAgainBeforeTheCommit_WaitsAsTheFirstDoes()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient publisher = await broker.ConnectCommittedAsync(_store, "publisher");

        await publisher.SendBytesAsync("34 06 00 01 'a' 00 09 'x' | 3c 06 00 01 'a' 00 09 'x'");
        await publisher.PingFenceAsync();
        _store.Commit();

        await publisher.ExpectBytesAsync("50 02 00 09");
        await publisher.ExpectBytesAsync("50 02 00 09");
    }

    [Fact, Spec("MQTT-4.3.3-2", "3.1.1")]
    public async Task PUBCOMP_FromServer_PublisherIsPersistent_WaitsForItsPacketIdToBeForgotten()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient publisher = await broker.ConnectCommittedAsync(_store, "publisher");
        ushort packetId = await publisher.PublishAsync(new("a", "x", ExactlyOnce));
        await publisher.PingFenceAsync();
        _store.Commit();
        await publisher.ExpectAckAsync(PubRec, packetId);

        await publisher.AcknowledgeAsync(PubRel, packetId);
        await publisher.PingFenceAsync();
        Assert.Equal([new ReceiptRemoved("publisher", packetId)], _store.Pending);
        _store.Commit();

        await publisher.ExpectAckAsync(PubComp, packetId);
    }

    [Fact, Spec("MQTT-4.6.0-2", "3.1.1"), Spec("MQTT-4.6.0-3", "3.1.1")]
    public async Task ACK_FromServer_OneBeforeItWaits_WaitsToKeepTheOrder()
    {
        await using var broker = new TestBroker(store: _store);
        await PersistentSubscriber(broker, AtLeastOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");

        await publisher.PublishAsync(new("nobody", "x", AtLeastOnce) { PacketId = 1 });
        await publisher.PublishAsync(new("a", "x", AtLeastOnce) { PacketId = 2 });
        await publisher.PublishAsync(new("nobody", "x", AtLeastOnce) { PacketId = 3 });
        await publisher.PublishAsync(new("nobody", "x", ExactlyOnce) { PacketId = 4 });
        await publisher.ExpectAckAsync(PubAck, 1);
        await publisher.PingFenceAsync();
        _store.Commit();

        await publisher.ExpectAckAsync(PubAck, 2);
        await publisher.ExpectAckAsync(PubAck, 3);
        await publisher.ExpectAckAsync(PubRec, 4);
    }

    [Fact]
    public async Task PUBACK_FromServer_TheFirstOfTwoIsCommitted_LeavesAlone()
    {
        await using var broker = new TestBroker(store: _store);
        await PersistentSubscriber(broker, AtLeastOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");
        int before = _store.Changes.Count;
        ushort first = await publisher.PublishAsync(new("a", "x", AtLeastOnce));
        ushort second = await publisher.PublishAsync(new("a", "y", AtLeastOnce));
        await publisher.PingFenceAsync();

        _store.CommitThrough(before + 1);
        await publisher.ExpectAckAsync(PubAck, first);
        await publisher.PingFenceAsync();
        _store.CommitThrough(before + 2);

        await publisher.ExpectAckAsync(PubAck, second);
    }

    [Fact]
    [Demand("A6")]
    public async Task PUBACK_FromServer_Waits_NothingElseIsHeldBackByIt()
    {
        await using var broker = new TestBroker(store: _store);
        await PersistentSubscriber(broker, AtLeastOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.SubscribeAsync("own/#", AtLeastOnce);
        ushort packetId = await publisher.PublishAsync(new("a", "x", AtLeastOnce));
        TestClient other = await broker.ConnectAsync("other");

        await publisher.PublishAsync(new("own/0", "x"));
        await publisher.ExpectPublishAsync("own/0", "x");
        await other.PublishAndCompleteAsync(new("own/1", "y", AtLeastOnce));
        await publisher.ExpectPublishAsync("own/1", "y");
        await publisher.PingFenceAsync();
        _store.Commit();

        await publisher.ExpectAckAsync(PubAck, packetId);
    }

    private async Task PersistentSubscriber(TestBroker broker, QualityOfService qos)
    {
        TestClient client = await broker.ConnectCommittedAsync(_store, "client");
        await client.SubscribeCommittedAsync(_store, "a", qos);
    }
}
