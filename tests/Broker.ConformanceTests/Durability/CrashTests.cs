using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.PacketType;
using static Broker.Protocol.ProtocolVersion;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Durability;

/// <summary>What is there after the broker was cut off: everything that was acknowledged, and nothing twice.</summary>
public sealed class CrashTests
{
    [Fact, Spec("MQTT-3.1.2-5", "3.1.1"), Spec("MQTT-4.6.0-6", "3.1.1")]
    [Demand("A8")]
    public async Task SESSION_InServer_BrokerCrashes_QueueComesInOrderUnderItsPacketIds()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        await (await Subscriber(crashing, "a")).DisconnectAsync();
        TestClient publisher = await crashing.Broker.ConnectAsync("publisher");
        for (int i = 1; i <= 5; i++) await publisher.PublishAndCompleteAsync(new("a", $"{i}", QosOf(i)));

        await crashing.CrashAsync();

        TestClient client = crashing.Broker.Open();
        Assert.True((await client.ConnectPersistentAsync("client")).SessionPresent);
        for (int i = 1; i <= 5; i++)
        {
            ReceivedPublish message = await client.ExpectPublishAsync("a", $"{i}");
            Assert.Equal(((ushort)i, false, QosOf(i)), (message.PacketId, message.Dup, message.Qos));
        }
    }

    [Fact, Spec("MQTT-3.3.1-1", "3.1.1"), Spec("MQTT-4.4.0-1", "3.1.1")]
    [Demand("A11")]
    public async Task PUBLISH_FromServer_BrokerCrashesBeforeItIsAcknowledged_IsSentAgainAsADuplicate()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        TestClient client = await Subscriber(crashing, "a");
        TestClient publisher = await crashing.Broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "one", AtLeastOnce));
        await publisher.PublishAndCompleteAsync(new("a", "two", ExactlyOnce));
        ushort first = (await client.ExpectPublishAsync("a", "one")).PacketId;
        ushort second = (await client.ExpectPublishAsync("a", "two")).PacketId;

        await crashing.CrashAsync();

        client = await crashing.ConnectAsync("client");
        ReceivedPublish one = await client.ExpectPublishAsync("a", "one");
        ReceivedPublish two = await client.ExpectPublishAsync("a", "two");
        Assert.Equal((first, true, second, true), (one.PacketId, one.Dup, two.PacketId, two.Dup));
    }

    [Fact, Spec("MQTT-4.3.3-1", "3.1.1")]
    [Demand("A2"), Demand("B4")]
    public async Task PUBREL_FromServer_BrokerCrashesBeforePubComp_IsSentAgain()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        TestClient client = await Subscriber(crashing, "a");
        await (await crashing.Broker.ConnectAsync("publisher")).PublishAndCompleteAsync(new("a", "x", ExactlyOnce));
        ushort packetId = (await client.ExpectPublishAsync("a", "x")).PacketId;
        await client.AcknowledgeAsync(PubRec, packetId);
        await client.ExpectAckAsync(PubRel, packetId);

        await crashing.CrashAsync();

        client = await crashing.ConnectAsync("client");
        await client.ExpectAckAsync(PubRel, packetId);
        await client.AcknowledgeAsync(PubComp, packetId);
        await client.ExpectNothingAsync();
        await client.SubscribeAsync("fence"); // Acknowledged after the end of the delivery is committed.
        await crashing.CrashAsync();
        await (await crashing.ConnectAsync("client")).ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-4.3.3-2", "3.1.1")]
    [Demand("B3")]
    public async Task PUBLISH_FromClient_QoS2AgainAfterACrash_IsAnsweredAndNotDeliveredAgain()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        await (await Subscriber(crashing, "a")).DisconnectAsync();
        TestClient publisher = await crashing.ConnectAsync("publisher");
        ushort packetId = await publisher.PublishAsync(new("a", "x", ExactlyOnce) { PacketId = 7 });
        await publisher.ExpectAckAsync(PubRec, packetId);

        await crashing.CrashAsync();

        publisher = await crashing.ConnectAsync("publisher");
        await publisher.PublishAsync(new("a", "x", ExactlyOnce) { PacketId = 7, Dup = true });
        await publisher.ExpectAckAsync(PubRec, 7);
        await publisher.AcknowledgeAsync(PubRel, 7);
        await publisher.ExpectAckAsync(PubComp, 7);
        TestClient client = await crashing.ConnectAsync("client");
        await client.ExpectPublishAsync("a", "x");
        await client.ExpectNothingAsync();

        await crashing.CrashAsync();
        publisher = await crashing.ConnectAsync("publisher");
        await publisher.PublishAsync(new("a", "new", ExactlyOnce) { PacketId = 7 });
        await publisher.ExpectAckAsync(PubRec, 7);
        client = await crashing.ConnectAsync("client");
        await client.ExpectPublishAsync("a", "x");
        await client.ExpectPublishAsync("a", "new");
    }

    [Fact, Spec("MQTT-3.3.1-5", "5.0"), Spec("MQTT-3.3.1-6", "5.0")]
    public async Task RETAINED_InServer_BrokerCrashes_WhatWasAcknowledgedIsThere()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        TestClient publisher = await crashing.Broker.ConnectAsync("publisher", Mqtt50);
        await publisher.PublishAndCompleteAsync(new("kept", "old", AtLeastOnce) { Retain = true });
        await publisher.PublishAndCompleteAsync(new("kept", "new", AtLeastOnce) { Retain = true, Properties = "03 00 01 't'" });
        await publisher.PublishAndCompleteAsync(new("cleared", "x", AtLeastOnce) { Retain = true });
        await publisher.PublishAndCompleteAsync(new("cleared", "", AtLeastOnce) { Retain = true });
        await publisher.PublishAndCompleteAsync(new("short", "x", AtLeastOnce) { Retain = true, MessageExpirySeconds = 10 });

        await crashing.CrashAsync(TimeSpan.FromSeconds(11));

        TestClient client = await crashing.Broker.ConnectAsync("client", Mqtt50);
        await client.SubscribeAsync("#");
        ReceivedPublish message = await client.ExpectPublishAsync("kept", "new");
        Assert.Equal((true, "t"), (message.Retain, message.ContentType));
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.3.2-5"), Spec("MQTT-3.3.2-6")]
    [Demand("A7")]
    public async Task PUBLISH_FromServer_ExpiryRunsWhileTheBrokerIsDown()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        await (await Subscriber(crashing, "a", Mqtt50)).DisconnectAsync();
        TestClient publisher = await crashing.Broker.ConnectAsync("publisher", Mqtt50);
        await publisher.PublishAndCompleteAsync(new("a", "short", AtLeastOnce) { MessageExpirySeconds = 10 });
        await publisher.PublishAndCompleteAsync(new("a", "long", AtLeastOnce) { MessageExpirySeconds = 100 });

        await crashing.CrashAsync(TimeSpan.FromSeconds(11));

        TestClient client = await crashing.Broker.ConnectPersistentAsync("client", Mqtt50);
        ReceivedPublish message = await client.ExpectPublishAsync("a", "long");
        Assert.Equal((89u, (ushort)2), (message.MessageExpirySeconds!.Value, message.PacketId));
        await client.ExpectNothingAsync();
    }

    [Theory, Spec("MQTT-3.1.2-23", "5.0")]
    [Demand("A7"), Demand("B14")]
    [InlineData(59, true)]
    [InlineData(61, false)]
    public async Task SESSION_InServer_ExpiryRunsWhileTheBrokerIsDown(int downSeconds, bool isPresent)
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        TestClient client = await ConnectFor(crashing, seconds: 60);
        await client.DisconnectAsync();
        await (await crashing.ConnectAsync("fence")).SubscribeAsync("fence");

        await crashing.CrashAsync(TimeSpan.FromSeconds(downSeconds));

        client = crashing.Broker.Open(Mqtt50);
        ConnAckPacket answer = await client.ConnectAsync("client", packet => packet with { CleanStart = false });
        Assert.Equal(isPresent, answer.SessionPresent);
    }

    [Fact, Spec("MQTT-3.1.2-23", "5.0")]
    public async Task SESSION_InServer_WasConnectedAtTheCrash_ItsTimeBeginsAtTheStartAndOnlyOnce()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        await ConnectFor(crashing, seconds: 60);
        await crashing.CrashAsync(TimeSpan.FromSeconds(1000));
        await (await crashing.ConnectAsync("fence")).SubscribeAsync("fence");

        await crashing.CrashAsync(TimeSpan.FromSeconds(61));

        TestClient client = crashing.Broker.Open(Mqtt50);
        Assert.False((await client.ConnectAsync("client", packet => packet with { CleanStart = false })).SessionPresent);
    }

    [Fact, Spec("MQTT-3.10.4-1", "5.0"), Spec("MQTT-3.8.3-3", "5.0"), Spec("MQTT-3.3.4-3")]
    public async Task SUBSCRIPTIONS_InServer_BrokerCrashes_AreThereWithTheirOptions()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        TestClient client = await crashing.Broker.ConnectPersistentAsync("client", Mqtt50);
        await client.SubscribeAsync(new SubscriptionRequest("own", SubscriptionRequest.ToOptions(AtLeastOnce, noLocal: true)));
        await client.SubscribeAsync("$share/group/shared/+", AtLeastOnce);
        await client.SubscribeAsync("gone", AtLeastOnce);
        await client.UnsubscribeAsync("gone");
        await client.SendAsync(new SubscribePacket(99, 5, [new("numbered", 1)]));
        await client.ReadAsync<SubAckPacket>();

        await crashing.CrashAsync();

        client = await crashing.Broker.ConnectPersistentAsync("client", Mqtt50);
        await client.PublishAndCompleteAsync(new("own", "not for me", AtLeastOnce));
        TestClient publisher = await crashing.Broker.ConnectAsync("publisher");
        foreach (string topic in (string[])["gone", "own", "shared/x", "numbered"])
            await publisher.PublishAndCompleteAsync(new(topic, "x", AtLeastOnce));
        await client.ExpectPublishAsync("own", "x");
        await client.ExpectPublishAsync("shared/x", "x");
        Assert.Equal([5u], (await client.ExpectPublishAsync("numbered", "x")).SubscriptionIds);
        await client.ExpectNothingAsync();
    }

    [Fact]
    [Demand("B12")]
    public async Task QUEUE_OfAwaySession_IsLongerThanAPage_ComesInOrderWithWhatComesMeanwhile()
    {
        const int Before = 1500;
        const int Meanwhile = 300;
        await using CrashingBroker crashing = await CrashingBroker.StartAsync(
            options => options with { Limits = options.Limits with { QueuedMessagesMax = 0 } });
        await (await Subscriber(crashing, "a")).DisconnectAsync();
        TestClient publisher = await crashing.Broker.ConnectAsync("publisher");
        for (int i = 1; i <= Before; i++) await publisher.PublishAsync(new("a", $"{i}", AtLeastOnce));
        for (int i = 1; i <= Before; i++) await publisher.ReadAsync<AckPacket>();

        await crashing.CrashAsync();

        TestClient client = await crashing.ConnectAsync("client");
        publisher = await crashing.Broker.ConnectAsync("publisher");
        for (int i = 1; i <= Before + Meanwhile; i++)
        {
            if (i <= Meanwhile) await publisher.PublishAndCompleteAsync(new("a", $"{Before + i}", AtLeastOnce));
            Assert.Equal($"{i}", (await client.ReceiveAndCompleteAsync()).Text);
        }
        await client.ExpectNothingAsync();
        Assert.Equal(0, crashing.Broker.Engine.Sessions.Registry.Sessions.Sum(session => session.QueuedCount));
    }

    [Fact, Spec("MQTT-3.3.1-2", "3.1.1"), Spec("MQTT-4.6.0-6", "3.1.1")]
    public async Task QUEUE_OfAwaySession_QoS0IsQueued_ComesInItsOrderAfterACrash()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync(
            options => options with { Limits = options.Limits with { QueueQos0Messages = true } });
        await (await Subscriber(crashing, "a")).DisconnectAsync();
        TestClient publisher = await crashing.Broker.ConnectAsync("publisher");
        await publisher.PublishAsync(new("a", "zero"));
        await publisher.PublishAndCompleteAsync(new("a", "one", AtLeastOnce));

        await crashing.CrashAsync();

        TestClient client = await crashing.ConnectAsync("client");
        ReceivedPublish zero = await client.ExpectPublishAsync("a", "zero");
        Assert.Equal((AtMostOnce, (ushort)0, false), (zero.Qos, zero.PacketId, zero.Dup));
        await client.ExpectPublishAsync("a", "one");
        await client.SubscribeAsync("fence"); // Acknowledged after the end of the first delivery is committed.
        await crashing.CrashAsync();
        client = await crashing.ConnectAsync("client");
        await client.ExpectPublishAsync("a", "one");
        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task SESSION_InServer_BrokerStopsInGoodOrder_WhatWasNeverSentIsNoDuplicate()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync(
            options => options with { Limits = options.Limits with { InflightMessagesMax = 1 } });
        TestClient client = await Subscriber(crashing, "a");
        TestClient publisher = await crashing.Broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "sent", AtLeastOnce));
        await publisher.PublishAndCompleteAsync(new("a", "waiting", AtLeastOnce));
        await client.ExpectPublishAsync("a", "sent");

        await crashing.RestartAsync();

        client = await crashing.ConnectAsync("client");
        ReceivedPublish sent = await client.ReceiveAndCompleteAsync();
        ReceivedPublish waiting = await client.ReceiveAndCompleteAsync();
        Assert.Equal(("sent", true, "waiting", false), (sent.Text, sent.Dup, waiting.Text, waiting.Dup));
    }

    [Theory, Spec("MQTT-4.3.2-2", "3.1.1")]
    [Demand("A1")]
    [InlineData(100)]
    [InlineData(400)]
    [InlineData(700)]
    public async Task PUBLISH_ToLiveSubscribers_BrokerCrashesInTheMidst_WhatWasAcknowledgedHasComeOrComes(int acknowledged)
    {
        const int Count = 900;
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        TestClient client = await Subscriber(crashing, "a");
        TestClient publisher = await crashing.Broker.ConnectAsync("publisher");
        HashSet<string> received = [];
        Task receiving = ReceiveUntilClosedAsync(client, received);
        for (int i = 1; i <= Count; i++) await publisher.PublishAsync(new("a", $"{i}", AtLeastOnce));
        for (int i = 1; i <= acknowledged; i++) await publisher.ReadAsync<AckPacket>();

        await crashing.CrashAsync();

        await receiving;
        client = await crashing.ConnectAsync("client");
        publisher = await crashing.Broker.ConnectAsync("publisher");
        await publisher.PublishAsync(new("a", "last", AtLeastOnce));
        while (!received.Contains("last")) received.Add((await client.ReceiveAndCompleteAsync()).Text);
        Assert.Subset(received, Enumerable.Range(1, acknowledged).Select(i => $"{i}").ToHashSet());
    }

    private static async Task ReceiveUntilClosedAsync(TestClient client, HashSet<string> received)
    {
        try
        {
            while (true) received.Add((await client.ReceiveAndCompleteAsync()).Text);
        }
        catch (Exception gone) when (
            gone is Xunit.Sdk.XunitException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            // The broker, and with it this connection, is no more; its buffer may go while it is read.
        }
    }

    private static QualityOfService QosOf(int number) => number % 2 == 0 ? ExactlyOnce : AtLeastOnce;

    private static async Task<TestClient> Subscriber(
        CrashingBroker crashing, string filter, ProtocolVersion version = Mqtt311)
    {
        TestClient client = await crashing.Broker.ConnectPersistentAsync("client", version);
        await client.SubscribeAsync(filter, ExactlyOnce);
        return client;
    }

    private static async Task<TestClient> ConnectFor(CrashingBroker crashing, uint seconds)
    {
        TestClient client = crashing.Broker.Open(Mqtt50);
        await client.ConnectAsync("client", packet => packet with { CleanStart = false, SessionExpiryIntervalSeconds = seconds });
        return client;
    }
}
