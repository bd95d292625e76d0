using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.ConformanceTests.Durability;

/// <summary>CONNACK, SUBACK and UNSUBACK, and what must be committed before.</summary>
public sealed class SessionTests
{
    private readonly ManualStateStore _store = new();

    [Fact, Spec("MQTT-3.1.2-4", "3.1.1"), Spec("MQTT-3.2.0-1", "3.1.1")]
    public async Task CONNACK_FromServer_PersistentSession_WaitsForTheCommitAndAllWaitsBehindIt()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("fence");
        TestClient client = broker.Open();

        await client.SendBytesAsync("10 0d 00 04 'MQTT' 04 00 00 00 00 01 'c' | c0 00 | 30 07 00 05 'fence'");
        await watcher.ExpectPublishAsync("fence", "");
        Task<ConnAckPacket> answer = client.ReadHeldBackAsync<ConnAckPacket>();
        _store.Commit();

        Assert.Equal(ReasonCode.Success, (await answer).ReasonCode);
        await client.ReadAsync<PingResponse>();
    }

    [Fact]
    public async Task CONNACK_FromServer_CleanSession_LeavesAtOnce()
    {
        await using var broker = new TestBroker(store: _store);

        await broker.ConnectAsync("client");

        Assert.Empty(_store.Changes);
    }

    [Fact]
    public async Task CONNACK_FromServer_SessionHasAWill_WaitsForTheWillToBeCommitted()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = broker.Open();
        Task<ConnAckPacket> answer = client.ConnectAsync(
            "client", packet => packet with { CleanStart = false, Will = new() { Topic = "w", Payload = "gone"u8.ToArray() } });

        WillPut will = await _store.WaitForAsync<WillPut>();
        _store.Commit();

        await answer;
        Assert.Equal(("client", "w"), (will.ClientId, will.Message.Topic));
        Assert.Equal("gone"u8, will.Message.Payload.Span);
    }

    [Fact, Spec("MQTT-3.1.2-6", "3.1.1")]
    public async Task CONNACK_FromServer_CleanSessionAfterAPersistentOne_WaitsForItsEndToBeCommitted()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("fence");
        TestClient client = await broker.ConnectCommittedAsync(_store, "c");
        await client.DisconnectAsync();
        _store.Commit();

        client = broker.Open();
        await client.SendBytesAsync("10 0d 00 04 'MQTT' 04 02 00 00 00 01 'c' | 30 07 00 05 'fence'");
        await watcher.ExpectPublishAsync("fence", "");
        Assert.Equal([new SessionRemoved("c")], _store.Pending);
        Task<ConnAckPacket> answer = client.ReadHeldBackAsync<ConnAckPacket>();
        _store.Commit();

        Assert.False((await answer).SessionPresent);
    }

    [Fact]
    public async Task SESSION_InServer_VolatileOneEnds_TheStoreIsNotTold()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a");

        await client.DisconnectAsync();

        Assert.Empty(_store.Changes);
    }

    [Fact]
    public async Task SESSION_InServer_PersistentOneIsLeft_TheStoreIsToldThatItIsAway()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await broker.ConnectCommittedAsync(_store, "client");

        await client.DisconnectAsync();

        SessionAway away = Assert.IsType<SessionAway>(Assert.Single(_store.Pending));
        Assert.Equal(("client", long.MaxValue), (away.ClientId, away.ExpiresAt));
    }

    [Fact, Spec("MQTT-3.8.4-1", "3.1.1")]
    [Demand("B6")]
    public async Task SUBACK_FromServer_PersistentSession_WaitsForTheCommit()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await broker.ConnectCommittedAsync(_store, "client");

        await client.SendBytesAsync("82 0a 00 05 | 00 01 'a' 01 | 00 01 'b' 00");
        await client.PingFenceAsync();
        Assert.Equal(2, _store.Pending.OfType<SubscriptionPut>().Count());
        _store.Commit();

        await client.ExpectBytesAsync("90 04 00 05 01 00");
    }

    [Fact]
    public async Task SUBACK_FromServer_VolatileSession_LeavesAtOnce()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await broker.ConnectAsync("client");

        await client.SubscribeAsync("a");

        Assert.Empty(_store.Changes);
    }

    [Fact, Spec("MQTT-3.10.4-4", "3.1.1")]
    public async Task UNSUBACK_FromServer_PersistentSession_WaitsForTheCommit()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await broker.ConnectCommittedAsync(_store, "client");
        await client.SubscribeCommittedAsync(_store, "a", QualityOfService.AtLeastOnce);

        await client.SendBytesAsync("a2 05 00 06 00 01 'a'");
        await client.PingFenceAsync();
        Assert.Equal([new SubscriptionRemoved("client", "a")], _store.Pending);
        _store.Commit();

        await client.ExpectBytesAsync("b0 02 00 06");
    }

    [Fact, Spec("MQTT-3.10.4-5", "3.1.1")]
    public async Task UNSUBACK_FromServer_NothingWasSubscribed_LeavesAtOnce()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await broker.ConnectCommittedAsync(_store, "client");

        await client.UnsubscribeAsync("a");
    }

    [Fact, Spec("MQTT-3.1.2-10", "3.1.1")]
    public async Task DISCONNECT_FromClient_SessionHasAWill_RemovesTheStoredWill()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await ConnectWithWill(broker);

        await client.DisconnectAsync();

        Assert.Collection(
            _store.Pending,
            change => Assert.Equal("client", Assert.IsType<SessionAway>(change).ClientId),
            change => Assert.Equal(new WillRemoved("client"), change));
    }

    [Fact, Spec("MQTT-3.1.2-8", "3.1.1"), Spec("MQTT-3.1.2-10", "3.1.1")]
    public async Task CONNECTION_FromClient_IsLost_TheStoredWillIsRemovedWithItsDeliveries()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient heir = await broker.ConnectCommittedAsync(_store, "heir");
        await heir.SubscribeCommittedAsync(_store, "w", QualityOfService.AtLeastOnce);
        TestClient client = await ConnectWithWill(broker);

        await client.CloseAsync();

        await heir.ExpectPublishAsync("w", "gone");
        Assert.Single(_store.Pending.OfType<WillRemoved>());
        Assert.Single(_store.Pending.OfType<DeliveryQueued>());
    }

    private async Task<TestClient> ConnectWithWill(TestBroker broker)
    {
        TestClient client = broker.Open();
        var will = new WillMessage { Topic = "w", Payload = "gone"u8.ToArray(), Qos = QualityOfService.AtLeastOnce };
        Task<ConnAckPacket> answer = client.ConnectAsync("client", packet => packet with { CleanStart = false, Will = will });
        await _store.WaitForAsync<WillPut>();
        _store.Commit();
        await answer;
        return client;
    }
}
