using Broker.Configuration;
using Broker.Persistence.Changes;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Durability;

/// <summary>What the store has is chosen by kind and by user; the rest is as if there were no store.</summary>
public sealed class KeptStateTests
{
    [Fact]
    [Demand("A20")]
    public async Task SERVER_InServer_KeepsRetainedMessagesAlone_NothingElseIsStoredOrWaitedFor()
    {
        ManualStateStore store = new();
        await using TestBroker broker = new(Keeping(KeptKinds.Retained), store);
        TestClient client = broker.Open();
        await client.ConnectAsync("client", packet => packet with { CleanStart = false, Will = Will });
        await client.SubscribeAsync("a", ExactlyOnce);
        TestClient publisher = await broker.ConnectPersistentAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "one", AtLeastOnce));
        await publisher.PublishAndCompleteAsync(new("a", "two", ExactlyOnce));
        Assert.Equal("one", (await client.ReceiveAndCompleteAsync()).Text);
        await client.ExpectPublishAsync("a", "two");
        await client.DisconnectAsync();
        await publisher.PublishAndCompleteAsync(new("a", "three", ExactlyOnce));
        Assert.Empty(store.Changes);

        ushort packetId = await publisher.PublishAsync(new("kept", "on", AtLeastOnce) { Retain = true });
        await publisher.PingFenceAsync();
        Task<AckPacket> answer = publisher.ReadHeldBackAsync<AckPacket>();
        store.Commit();

        Assert.Equal(packetId, (await answer).PacketId);
        Assert.IsType<RetainedPut>(Assert.Single(store.Changes));
        // The session is there all the same, as long as the broker is.
        TestClient back = broker.Open();
        Assert.True((await back.ConnectPersistentAsync("client")).SessionPresent);
        Assert.True((await back.ExpectPublishAsync("a", "two")).Dup);
        Assert.False((await back.ExpectPublishAsync("a", "three")).Dup);
    }

    [Fact]
    [Demand("A20")]
    public async Task SERVER_InServer_KeepsRetainedMessagesAlone_SessionsAndWillsEndWithTheProcess()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync(Keeping(KeptKinds.Retained));
        TestClient client = crashing.Broker.Open();
        await client.ConnectAsync("client", packet => packet with { CleanStart = false, Will = Will });
        await client.SubscribeAsync("a", AtLeastOnce);
        await client.PublishAndCompleteAsync(new("kept", "on", AtLeastOnce) { Retain = true });

        await crashing.CrashAsync();
        TestClient watcher = await crashing.Broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("will");
        crashing.Broker.Advance(TimeSpan.FromMinutes(1));
        await watcher.ExpectNothingAsync();

        client = crashing.Broker.Open();
        Assert.False((await client.ConnectPersistentAsync("client")).SessionPresent);
        await client.SubscribeAsync("kept");
        await client.ExpectPublishAsync("kept", "on");
    }

    [Fact]
    [Demand("A20")]
    public async Task SESSION_InServer_KeptWithoutItsQueue_ComesBackWithSubscriptionsAndOtherPacketIds()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync(Keeping(KeptKinds.Retained | KeptKinds.Sessions));
        TestClient client = await crashing.ConnectAsync("client");
        await client.SubscribeAsync("a", ExactlyOnce);
        TestClient publisher = await crashing.Broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "sent", ExactlyOnce));
        ushort used = (await client.ExpectPublishAsync("a", "sent")).PacketId;
        await client.DisconnectAsync();
        await publisher.PublishAndCompleteAsync(new("a", "waits", ExactlyOnce));

        await crashing.CrashAsync();

        client = crashing.Broker.Open();
        Assert.True((await client.ConnectPersistentAsync("client")).SessionPresent);
        await client.ExpectNothingAsync();
        publisher = await crashing.Broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "new", ExactlyOnce));
        // The client still knows the other one as received, and would take this for the same.
        ReceivedPublish received = await client.ExpectPublishAsync("a", "new");
        Assert.Equal((1, 16_385, false), (used, received.PacketId, received.Dup));
    }

    [Fact]
    [Demand("A20")]
    public async Task SERVER_InServer_UsersAreKeptDifferently_EachFindsWhatItWasPromised()
    {
        KeptState kept = new() 
        {
            Kinds = KeptKinds.None,
            Users = [new("plant-*", KeptKinds.All), new("gauge", KeptKinds.Retained)],
        };
        await using CrashingBroker crashing = await CrashingBroker.StartAsync(Keeping(kept));
        foreach (string user in (string[])["plant-1", "gauge", "guest"])
        {
            TestClient client = await ConnectAsync(crashing.Broker, user, isPresent: false);
            await client.SubscribeAsync("jobs", AtLeastOnce);
            await client.PublishAndCompleteAsync(new($"of/{user}", "on", AtLeastOnce) { Retain = true });
            await client.DisconnectAsync();
        }
        await (await crashing.Broker.ConnectAsync("publisher")).PublishAndCompleteAsync(new("jobs", "x", AtLeastOnce));

        await crashing.CrashAsync();

        TestClient plant = await ConnectAsync(crashing.Broker, "plant-1", isPresent: true);
        await plant.ExpectPublishAsync("jobs", "x");
        await ConnectAsync(crashing.Broker, "gauge", isPresent: false);
        TestClient guest = await ConnectAsync(crashing.Broker, "guest", isPresent: false);
        await guest.SubscribeAsync("of/#");
        string[] topics = [(await guest.ReadAsync<ReceivedPublish>()).Topic, (await guest.ReadAsync<ReceivedPublish>()).Topic];
        Assert.Equal(["of/gauge", "of/plant-1"], topics.Order());
        await guest.ExpectNothingAsync();
    }

    // Of the publisher nothing is committed that its CONNACK would wait for; what it published is.
    [Fact]
    public async Task PUBREC_FromServer_ToAPublisherThatIsNotKeptAndSendsAgain_WaitsForTheFirstCommit()
    {
        ManualStateStore store = new();
        KeptState kept = new() { Kinds = KeptKinds.None, Users = [new("plant", KeptKinds.All)] };
        await using TestBroker broker = new(Keeping(kept), store);
        Task<TestClient> connecting = ConnectAsync(broker, "plant", isPresent: false);
        await store.WaitForAsync<WillRemoved>();
        store.Commit();
        TestClient plant = await connecting;
        await plant.SubscribeCommittedAsync(store, "jobs", ExactlyOnce);
        OutgoingPublish publish = new("jobs", "x", ExactlyOnce) { PacketId = 7 };
        TestClient publisher = await broker.ConnectPersistentAsync("publisher");
        await publisher.PublishAsync(publish);
        await publisher.PingFenceAsync();

        TestClient again = await broker.ConnectPersistentAsync("publisher");
        await again.PublishAsync(publish with { Dup = true });
        await again.PingFenceAsync();
        Task<AckPacket> answer = again.ReadHeldBackAsync<AckPacket>();
        store.Commit();

        Assert.Equal(7, (await answer).PacketId);
        await plant.ExpectPublishAsync("jobs", "x");
        Assert.Single(store.Changes.OfType<DeliveryQueued>());
    }

    [Theory]
    [InlineData(KeptKinds.None, 0, 0, 0)]
    [InlineData(KeptKinds.Retained, 0, 0, 1)]
    [InlineData(KeptKinds.Sessions, 1, 0, 0)]
    [InlineData(KeptKinds.Sessions | KeptKinds.Queues, 1, 1, 0)]
    [Demand("A20")]
    public async Task SERVER_InServer_KeepsLessThanItsStoreHas_TheRestIsGoneForGood(
        object kinds, int sessions, int queued, int retained)
    {
        KeptState kept = KeptState.Everything;
        await using CrashingBroker crashing = await CrashingBroker.StartAsync(
            options => options with { Persistence = options.Persistence with { Kept = kept } });
        TestClient client = await crashing.ConnectAsync("client");
        await client.SubscribeAsync("a", AtLeastOnce);
        await client.DisconnectAsync();
        TestClient publisher = await crashing.Broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "x", AtLeastOnce) { Retain = true });
        await publisher.DisconnectAsync();

        kept = new KeptState { Kinds = (KeptKinds)kinds };
        await crashing.RestartAsync();
        Assert.Equal((sessions, queued, retained), Held(crashing.Broker));
        kept = KeptState.Everything;
        await crashing.RestartAsync();

        Assert.Equal((sessions, queued, retained), Held(crashing.Broker));
        client = crashing.Broker.Open();
        Assert.Equal(sessions > 0, (await client.ConnectPersistentAsync("client")).SessionPresent);
        if (queued > 0) await client.ExpectPublishAsync("a", "x");
        await client.ExpectNothingAsync();
    }

    private static WillMessage Will => new() { Topic = "will", Payload = "gone"u8.ToArray() };

    private static Func<BrokerOptions, BrokerOptions> Keeping(KeptKinds kinds) => Keeping(new KeptState { Kinds = kinds });

    private static Func<BrokerOptions, BrokerOptions> Keeping(KeptState kept) =>
        options => options with { Persistence = options.Persistence with { Kept = kept } };

    private static (int Sessions, long Queued, int Retained) Held(TestBroker broker) =>
        (broker.Engine.Sessions.Registry.Count, broker.Engine.Sessions.ReadFigures().Waiting, broker.Engine.Retained.Count);

    private static async Task<TestClient> ConnectAsync(TestBroker broker, string user, bool isPresent)
    {
        TestClient client = broker.Open();
        ConnAckPacket answer = await client.ConnectAsync(user, packet => packet with { CleanStart = false, UserName = user });
        Assert.Equal(isPresent, answer.SessionPresent);
        return client;
    }
}
