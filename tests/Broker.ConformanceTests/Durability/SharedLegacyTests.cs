using Broker.ConformanceTests.Mqtt5;
using Broker.Diagnostics;
using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Durability;

/// <summary>What members of shared groups were owed when their sessions ended, on a store (MQTT 5.0 section 4.8.2).</summary>
public sealed class SharedLegacyTests
{
    private const string Filter = "$share/g/a";

    [Fact, Spec("MQTT-4.8.2-5")]
    public async Task SESSION_InServer_ExpiresAfterACrash_Qos1AndUnsentQos2GoToAnotherMemberOnce()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        TestClient member = await crashing.Broker.ResumeAsync("1", packet => packet with { ReceiveMaximum = 2 });
        await member.SubscribeAsync(Filter, ExactlyOnce);
        await PublishAsync(crashing, AtLeastOnce, "sent 1");
        await PublishAsync(crashing, ExactlyOnce, "sent 2", "waits 2");
        await PublishAsync(crashing, AtLeastOnce, "waits 1");
        await member.ExpectPublishAsync("a", "sent 1");
        await member.ExpectPublishAsync("a", "sent 2");
        await member.DisconnectAsync();
        await crashing.Broker.LeaveSubscribedAsync("2", Filter, ExactlyOnce);
        await crashing.CrashAsync();
        // The heir is away as well: it is kept for it.
        TestClient heir = await crashing.Broker.ResumeAsync("2", packet => packet with { SessionExpiryIntervalSeconds = 86_400 });
        await heir.DisconnectAsync();
        crashing.Broker.Advance(TimeSpan.FromHours(2));
        await SettledAsync(crashing);
        await crashing.CrashAsync();
        heir = await crashing.Broker.ResumeAsync("2", packet => packet with { ReceiveMaximum = 1 });
        foreach (string text in (string[])["sent 1", "waits 2", "waits 1"])
        {
            ReceivedPublish message = await heir.ReceiveAndCompleteAsync();
            Assert.Equal((text, false), (message.Text, message.Dup));
        }
        await heir.ExpectNothingAsync();
    }

    [Fact]
    public async Task CONNECT_FromClient_CleanStartOverALongSharedQueue_AllOfItGoesToTheOtherMemberPageByPage()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        await crashing.Broker.LeaveSubscribedAsync("1", Filter);
        string[] texts = [.. Enumerable.Range(0, 300).Select(i => $"{i}")];
        await PublishAsync(crashing, AtLeastOnce, texts);
        TestClient heir = await crashing.Broker.ResumeAsync("2");
        await heir.SubscribeAsync(Filter, AtLeastOnce);
        TestClient again = await crashing.Broker.ConnectV5Async("1");
        foreach (string text in texts) Assert.Equal(text, (await heir.ReceiveAndCompleteAsync()).Text);
        await again.ExpectNothingAsync();
        await SettledAsync(crashing);
        await crashing.CrashAsync();
        await (await crashing.Broker.ResumeAsync("2")).ExpectNothingAsync();
        Assert.Equal(0, crashing.Broker.Engine.Sessions.HandOverCount);
    }

    [Fact]
    public async Task SESSION_InServer_MembersHaveNoRoom_WhatAnEndedOneLeftWaitsOverACrashAndNothingIsLost()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync(
            options => options with { Limits = options.Limits with { QueuedMessagesMax = 4 } });
        await crashing.Broker.LeaveSubscribedAsync("1", Filter);
        await PublishAsync(crashing, AtLeastOnce, "0", "1", "2", "3");
        TestClient heir = await crashing.Broker.ResumeAsync("2", packet => packet with { ReceiveMaximum = 1 });
        await heir.SubscribeAsync(Filter, AtLeastOnce);
        await PublishAsync(crashing, AtLeastOnce, "own 0", "own 1", "own 2");
        await crashing.Broker.ConnectV5Async("1");
        await heir.ExpectPublishAsync("a", "own 0");
        await heir.SubscribeAsync("fence");
        await crashing.CrashAsync();
        heir = await crashing.Broker.ResumeAsync("2", packet => packet with { ReceiveMaximum = 1 });
        List<string> received = [];
        while (received.Count < 7)
        {
            crashing.Broker.Advance(TimeSpan.FromSeconds(1));
            received.Add((await heir.ReceiveAndCompleteAsync()).Text);
        }
        Assert.Equal(["0", "1", "2", "3", "own 0", "own 1", "own 2"], received.Order());
        await heir.ExpectNothingAsync();
        Assert.Equal(0, crashing.Broker.Engine.Metrics.Dropped(DropReason.NoSharedMember));
    }

    [Fact]
    public async Task CONNACK_FromServer_CleanStartOverASharedQueue_WaitsForTheOldSessionToBeSetAside()
    {
        var store = new ManualStateStore();
        await using var broker = new TestBroker(store: store);
        TestClient member = await broker.ConnectCommittedAsync(store, "1");
        await member.SubscribeCommittedAsync(store, Filter, AtLeastOnce);
        await member.DisconnectAsync();
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAsync(new OutgoingPublish("a", "x", AtLeastOnce));
        await store.WaitForAsync<DeliveryQueued>(queued => queued is { ClientId: "1", IsShared: true });
        store.Commit();
        await publisher.ReadAsync<AckPacket>();
        TestClient again = broker.OpenV5();
        Task<ConnAckPacket> answer = again.ConnectAsync("1");
        await store.WaitForAsync<SessionRenamed>(renamed => renamed.ClientId == "1");
        await publisher.PingFenceAsync();
        Assert.False(answer.IsCompleted);
        store.Commit();
        Assert.False((await answer).SessionPresent);
    }

    [Fact]
    public async Task SESSION_InServer_HandingOnFailsOnce_TheNextSecondGoesOnWithIt()
    {
        bool hasFailed = false;
        var store = new ManualStateStore
        {
            CommitsAtOnce = true,
            Appending = change =>
            {
                if (hasFailed || change is not DeliveryQueued { ClientId: "2" }) return;
                hasFailed = true;
                throw new IOException("the store is not well");
            },
        };
        await using var broker = new TestBroker(store: store);
        await broker.LeaveSubscribedAsync("1", Filter);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", AtLeastOnce));
        TestClient heir = await broker.ResumeAsync("2");
        await heir.SubscribeAsync(Filter, AtLeastOnce);
        // Whose session is not to be; its connection bears what goes wrong on its way.
        TestClient again = broker.OpenV5();
        await Assert.ThrowsAnyAsync<Exception>(() => again.ConnectAsync("1"));
        Assert.True(hasFailed);

        broker.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("x", (await heir.ReceiveAndCompleteAsync()).Text);
        Assert.Equal(0, broker.Engine.Sessions.HandOverCount);
    }

    private static async Task PublishAsync(CrashingBroker crashing, QualityOfService qos, params string[] texts)
    {
        TestClient publisher = await crashing.Broker.ConnectV5Async("p");
        foreach (string text in texts) await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", text, qos));
        await publisher.DisconnectAsync();
    }

    // What is handed on is read and written by the store's threads: nothing of it is under way when its session is gone.
    private static async Task SettledAsync(CrashingBroker crashing)
    {
        using var patience = new CancellationTokenSource(TestTime.Patience);
        while (crashing.Broker.Engine.Sessions.HandOverCount > 0)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        // Its CONNACK comes behind the commit of all that.
        await crashing.Broker.ResumeAsync("fence");
    }
}
