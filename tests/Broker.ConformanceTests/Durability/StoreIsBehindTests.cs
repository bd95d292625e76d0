using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.PacketType;
using static Broker.Protocol.ProtocolVersion;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Durability;

/// <summary>What happens while commits are late, and to whom.</summary>
public sealed class StoreIsBehindTests
{
    private readonly ManualStateStore _store = new();

    [Fact]
    [Demand("A18")]
    public async Task READING_FromClient_ItsChangesAreAmongTooManyThatWait_PausesUntilTheyAreCommitted()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient client = await broker.ConnectAsync(
            "client", with: packet => packet with { KeepAliveSeconds = 10 });
        _store.PendingBytes = 65L << 20;
        Task paused = _store.NextWaiterAsync();
        await client.PublishAsync(new("a", "x") { Retain = true });
        await paused;

        await client.PingAsync();
        Task<PingResponse> answer = client.ReadAsync<PingResponse>();
        broker.Advance(TimeSpan.FromSeconds(100));
        Assert.False(answer.IsCompleted, "was read although the store is behind");
        TestClient other = await broker.ConnectAsync("other");
        await other.PingFenceAsync();
        _store.Commit();

        await answer;
    }

    [Fact, Spec("MQTT-3.1.2-6", "3.1.1")]
    public async Task CONNACK_FromServer_SessionEndedBefore_WaitsForItsEndToBeCommitted()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("fence");
        TestClient client = broker.Open(Mqtt50);
        Task<ConnAckPacket> connected = client.ConnectPersistentAsync("c");
        await _store.WaitForAsync<WillRemoved>();
        _store.Commit();
        await connected;
        await client.SendAsync(new DisconnectPacket { SessionExpiryIntervalSeconds = 0 });
        await client.ExpectClosedAsync();
        await _store.WaitForAsync<SessionRemoved>();

        client = broker.Open();
        await client.SendBytesAsync("10 0d 00 04 'MQTT' 04 02 00 00 00 01 'c' | 30 07 00 05 'fence'");
        await watcher.ExpectPublishAsync("fence", "");
        Task<ConnAckPacket> answer = client.ReadHeldBackAsync<ConnAckPacket>();
        _store.Commit();

        Assert.False((await answer).SessionPresent);
    }

    [Fact, Spec("MQTT-3.1.2-24", "5.0")]
    public async Task ANSWER_TooLargeForItsClient_EndsThatClientInTheMidstOfADrain_NobodyGetsWhatIsNotHis()
    {
        await using var broker = new TestBroker(store: _store);
        TestClient heir = await broker.ConnectAsync("heir");
        await heir.SubscribeAsync("w");
        TestClient client = broker.Open(Mqtt50, isInline: true);
        var will = new WillMessage { Topic = "w", Payload = "gone"u8.ToArray() };
        Task<ConnAckPacket> connected = client.ConnectAsync("client", packet => packet with
        {
            CleanStart = false, SessionExpiryIntervalSeconds = 60, MaximumPacketSize = 40, Will = will,
        });
        await _store.WaitForAsync<WillPut>();
        _store.Commit();
        await connected;
        for (ushort id = 1; id <= 10; id++)
            await client.PublishAsync(new("kept", "x", AtLeastOnce) { PacketId = id, Retain = true });
        SubscriptionRequest[] filters = [.. Enumerable.Range(0, 60).Select(i => new SubscriptionRequest($"f{i}", 0))];
        await client.SendAsync(new SubscribePacket(99, 0, filters));
        await _store.WaitForAsync<SubscriptionPut>(put => put.Filter == "f59");
        await client.PingFenceAsync();

        _store.Commit();

        await heir.ExpectPublishAsync("w", "gone");
        await heir.ExpectNothingAsync();
        for (ushort id = 1; id <= 10; id++) await client.ExpectAckAsync(PubAck, id, ReasonCode.NoMatchingSubscribers);
        await client.ExpectDisconnectAsync(ReasonCode.PacketTooLarge);
    }
}
