using Broker.Configuration;
using Broker.ConformanceTests.Mqtt5;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Limits;

/// <summary><c>drop_policy</c>, and what all queues together may hold.</summary>
public sealed class DropPolicyTests
{
    [Directive("drop_policy")]
    [Theory]
    [InlineData(nameof(DropPolicy.Newest), "012", nameof(DropReason.QueueMessages))]
    [InlineData(nameof(DropPolicy.Oldest), "234", nameof(DropReason.QueueOldest))]
    [InlineData(nameof(DropPolicy.Reject), "012", nameof(DropReason.QueueRejected))]
    public async Task PUBLISH_FromServer_QueueIsFull_KeepsWhatThePolicySays(string policy, string kept, string reason)
    {
        await using var broker = Full(Enum.Parse<DropPolicy>(policy));
        await broker.LeaveSubscribedAsync("s", "a");
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 5; i++)
        {
            ReasonCode told = policy == nameof(DropPolicy.Reject) && i > 2 ? ReasonCode.QuotaExceeded : ReasonCode.Success;
            await ExpectAnswerAsync(publisher, new OutgoingPublish("a", $"{i}", AtLeastOnce), told);
        }
        Assert.Equal(2, broker.Engine.Metrics.Dropped(Enum.Parse<DropReason>(reason)));
        TestClient back = await broker.ResumeAsync("s");
        foreach (char one in kept) Assert.Equal($"{one}", (await back.ReceiveAndCompleteAsync()).Text);
        await back.ExpectNothingAsync();
    }

    [Fact]
    public async Task PUBLISH_FromServer_OldestOverARestart_IsTheRestOfTheQueueAndNothingElse()
    {
        await using var crashing = await Durability.CrashingBroker.StartAsync(options => options with
        {
            Limits = new LimitOptions { DropPolicy = DropPolicy.Oldest, QueuedMessagesMax = 3 },
        });
        await crashing.Broker.LeaveSubscribedAsync("s", "a");
        for (int life = 0; life < 2; life++)
        {
            TestClient publisher = await crashing.Broker.ConnectV5Async("p");
            for (int i = 0; i < 5; i++)
                await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", $"{life}{i}", AtLeastOnce));
            await crashing.RestartAsync();
        }
        TestClient back = await crashing.Broker.ResumeAsync("s");
        for (int i = 2; i < 5; i++) Assert.Equal($"1{i}", (await back.ReceiveAndCompleteAsync()).Text);
        await back.ExpectNothingAsync();
        Counting.Ledger ledger = Counting.Ledger.Of(crashing.Broker.Engine);
        Assert.Equal(ledger.Owed, ledger.Accounted);
    }

    // Those that come together in one buffer are answered one by one all the same.
    [Theory]
    [InlineData(ProtocolVersion.Mqtt50, "40 02 00 01 | 40 02 00 02 | 40 02 00 03 | 40 03 00 04 97")]
    [InlineData(ProtocolVersion.Mqtt311, "40 02 00 01 | 40 02 00 02 | 40 02 00 03 | 40 02 00 04")]
    public async Task PUBACK_FromServer_RejectedInARun_SaysSoWhereTheProtocolCan(ProtocolVersion version, string answers)
    {
        await using var broker = Full(DropPolicy.Reject);
        await broker.LeaveSubscribedAsync("s", "a");
        TestClient publisher = await broker.ConnectAsync("p", version);
        string properties = version == ProtocolVersion.Mqtt50 ? "00 " : "";
        string length = version == ProtocolVersion.Mqtt50 ? "07" : "06";
        await publisher.SendBytesAsync(string.Concat(
            Enumerable.Range(1, 4).Select(id => $"32 {length} 00 01 'a' 00 0{id} {properties}'x' ")));
        foreach (string answer in answers.Split('|')) await publisher.ExpectBytesAsync(answer.Trim());
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.QueueRejected));
    }

    [Fact]
    public async Task PUBREC_FromServer_Rejected_SaysSoAndThePacketIdIsFree()
    {
        await using var broker = Full(DropPolicy.Reject, 1);
        await broker.LeaveSubscribedAsync("s", "a");
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "1", ExactlyOnce));
        ushort id = await publisher.PublishAsync(new OutgoingPublish("a", "2", ExactlyOnce));
        await publisher.ExpectAckAsync(PacketType.PubRec, id, ReasonCode.QuotaExceeded);
        await publisher.AcknowledgeAsync(PacketType.PubRel, id);
        await publisher.ExpectAckAsync(PacketType.PubComp, id, ReasonCode.PacketIdentifierNotFound);
    }

    // One that does not read keeps nobody from getting it.
    [Fact]
    public async Task PUBLISH_FromServer_OneOfTwoQueuesIsFull_GoesToTheOtherThoughItsPublisherIsTold()
    {
        await using var broker = Full(DropPolicy.Reject, 1);
        await broker.LeaveSubscribedAsync("full", "a");
        TestClient other = await broker.ConnectV5Async("other");
        await other.SubscribeAsync("a", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await ExpectAnswerAsync(publisher, new OutgoingPublish("a", "1", AtLeastOnce), ReasonCode.Success);
        await ExpectAnswerAsync(publisher, new OutgoingPublish("a", "2", AtLeastOnce), ReasonCode.QuotaExceeded);
        Assert.Equal("1", (await other.ReceiveAndCompleteAsync()).Text);
        Assert.Equal("2", (await other.ReceiveAndCompleteAsync()).Text);
    }

    [Fact]
    public async Task PUBLISH_FromServer_OneMemberOfAGroupIsFull_TheOtherGetsItAndNobodyIsToldOrLoses()
    {
        await using var broker = Full(DropPolicy.Oldest, 1);
        TestClient[] members = [await broker.ConnectV5Async("1"), await broker.ConnectV5Async("2")];
        foreach (TestClient member in members) await member.SubscribeAsync("$share/g/a", AtLeastOnce);
        await members[0].DisconnectAsync();
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 4; i++)
        {
            await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", $"{i}", AtLeastOnce));
            Assert.Equal($"{i}", (await members[1].ReceiveAndCompleteAsync()).Text);
        }
        Assert.Equal(0, broker.Engine.Metrics.Dropped(DropReason.QueueOldest));
    }

    [Theory]
    [InlineData(nameof(DropPolicy.Newest))]
    [InlineData(nameof(DropPolicy.Oldest))]
    [InlineData(nameof(DropPolicy.Reject))]
    public async Task PUBLISH_FromServer_TheOnlyMemberOfAGroupIsFull_TheFirstThatIsLostIsInTheLog(string policy)
    {
        await using var broker = Full(Enum.Parse<DropPolicy>(policy), 1);
        await broker.LeaveSubscribedAsync("s", "$share/g/a");
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 3; i++)
        {
            await publisher.PublishAsync(new OutgoingPublish("a", $"{i}", AtLeastOnce));
            await publisher.ReadAsync<Protocol.Packets.AckPacket>();
        }
        Assert.Single(broker.Log.Lines.All, static line => line == "Outgoing messages are being dropped for client s.");
    }

    [Directive("global_max_queued_messages")]
    [Theory]
    [InlineData(nameof(DropPolicy.Newest), "0123", nameof(DropReason.QueueGlobalMessages))]
    [InlineData(nameof(DropPolicy.Oldest), "0125", nameof(DropReason.QueueOldest))]
    [InlineData(nameof(DropPolicy.Reject), "0123", nameof(DropReason.QueueRejected))]
    public async Task PUBLISH_FromServer_AllQueuesTogetherAreFull_WhatThePolicySaysGoes(
        string policy, string kept, string reason)
    {
        await using var broker = TestBroker.WithLimits(limits => limits with
        {
            DropPolicy = Enum.Parse<DropPolicy>(policy), Peers = limits.Peers with { GlobalQueuedMessagesMax = 4 },
        });
        await broker.LeaveSubscribedAsync("s1", "a/1");
        await broker.LeaveSubscribedAsync("s2", "a/2");
        TestClient here = await broker.ConnectV5Async("here");
        await here.SubscribeAsync("#", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 6; i++)
        {
            await publisher.PublishAsync(new OutgoingPublish($"a/{1 + (i / 3)}", $"{i}", AtLeastOnce));
            // Who takes what comes is not to suffer for it.
            Assert.Equal($"{i}", (await here.ReceiveAndCompleteAsync()).Text);
        }
        Assert.Equal(2, broker.Engine.Metrics.Dropped(Enum.Parse<DropReason>(reason)));
        string came = "";
        foreach (string id in (string[])["s1", "s2"])
        {
            TestClient back = await broker.ResumeAsync(id);
            for (int i = 0; i < (id == "s1" ? kept.Count(static one => one < '3') : kept.Count(static one => one >= '3')); i++)
                came += (await back.ReceiveAndCompleteAsync()).Text;
            await back.ExpectNothingAsync();
        }
        Assert.Equal(kept, came);
        // There is room again.
        await broker.LeaveSubscribedAsync("s3", "b");
        await publisher.PublishAsync(new OutgoingPublish("b", "x", AtLeastOnce));
        Assert.Equal("x", (await (await broker.ResumeAsync("s3")).ReceiveAndCompleteAsync()).Text);
    }

    [Directive("global_max_queued_bytes")]
    [Fact]
    public async Task PUBLISH_FromServer_AllQueuesTogetherHaveTooManyBytes_IsDroppedAndCounted()
    {
        await using var broker = LimitedBroker.With(limits => limits with { GlobalQueuedBytesMax = 10 });
        await broker.LeaveSubscribedAsync("s1", "a");
        await broker.LeaveSubscribedAsync("s2", "b");
        TestClient publisher = await broker.ConnectV5Async("p");
        foreach ((string topic, string text) in new[] { ("a", "123456"), ("b", "1234"), ("a", "x"), ("b", "y") })
            await publisher.PublishAndCompleteAsync(new OutgoingPublish(topic, text, AtLeastOnce));
        Assert.Equal(2, broker.Engine.Metrics.Dropped(DropReason.QueueGlobalBytes));
        Assert.Equal("123456", (await (await broker.ResumeAsync("s1")).ReceiveAndCompleteAsync()).Text);
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("b", "more", AtLeastOnce));
        Assert.Equal(2, broker.Engine.Metrics.Dropped(DropReason.QueueGlobalBytes));
    }

    [Fact]
    public async Task GlobalLimit_Reloaded_CountsWhatWaitsAlready()
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("s", "a");
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 3; i++) await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", $"{i}", AtLeastOnce));
        broker.Reload(limits => limits with { GlobalQueuedMessagesMax = 3 });
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "3", AtLeastOnce));
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.QueueGlobalMessages));
        broker.Reload(limits => limits with { GlobalQueuedMessagesMax = 0 });
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "4", AtLeastOnce));
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.QueueGlobalMessages));
    }

    private static TestBroker Full(DropPolicy policy, int countMax = 3) => TestBroker.WithLimits(
        limits => limits with { DropPolicy = policy, QueuedMessagesMax = countMax });

    private static async Task ExpectAnswerAsync(TestClient publisher, OutgoingPublish message, ReasonCode reason)
    {
        ushort id = await publisher.PublishAsync(message);
        await publisher.ExpectAckAsync(PacketType.PubAck, id, reason);
    }
}
