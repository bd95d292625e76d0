using Broker.Diagnostics;
using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>
/// What a member of a shared group had not acknowledged: it stays while its session does, and goes to others when that ends
/// (MQTT 5.0 section 4.8.2).
/// </summary>
public sealed class SharedHandOverTests
{
    private const string Filter = "$share/g/a";

    [Fact, Spec("MQTT-3.3.1-3")]
    public async Task SESSION_InServer_EndsWithItsConnection_UnacknowledgedQos1GoesToAnotherMemberInOrder()
    {
        await using var broker = new TestBroker();
        TestClient member = await broker.ConnectV5Async("1", packet => packet with { ReceiveMaximum = 2 });
        await member.SubscribeAsync(Filter, AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 4; i++) await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", $"{i}", AtLeastOnce));
        await member.ExpectPublishAsync("a", "0");
        ReceivedPublish done = await member.ExpectPublishAsync("a", "1");
        await member.AcknowledgeAsync(PacketType.PubAck, done.PacketId);
        await member.ExpectPublishAsync("a", "2");
        TestClient other = await JoinAsync(broker, "2");
        await member.DisconnectAsync();
        foreach (string text in (string[])["0", "2", "3"])
        {
            ReceivedPublish message = await other.ReceiveAndCompleteAsync();
            Assert.Equal((text, AtLeastOnce, false), (message.Text, message.Qos, message.Dup));
        }
        await other.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-4.8.2-5")]
    public async Task SESSION_InServer_Ends_OfQos2OnlyWhatWasNotSentGoesToAnotherMember()
    {
        await using var broker = new TestBroker();
        TestClient member = await broker.ConnectV5Async("1", packet => packet with { ReceiveMaximum = 1 });
        await member.SubscribeAsync(Filter, ExactlyOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 3; i++) await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", $"{i}", ExactlyOnce));
        await member.ExpectPublishAsync("a", "0");
        TestClient other = await JoinAsync(broker, "2");
        await member.DisconnectAsync();
        Assert.Equal("1", (await other.ReceiveAndCompleteAsync()).Text);
        Assert.Equal("2", (await other.ReceiveAndCompleteAsync()).Text);
        await other.ExpectNothingAsync();
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.SessionEnded));
    }

    [Fact]
    public async Task SESSION_InServer_MemberIsAway_ItsMessagesStayUntilTheSessionExpires()
    {
        await using var broker = new TestBroker();
        TestClient member = await broker.ResumeAsync("1");
        await member.SubscribeAsync(Filter, AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", AtLeastOnce));
        await member.ExpectPublishAsync("a", "x");
        TestClient other = await JoinAsync(broker, "2");
        await member.DisconnectAsync();
        broker.Advance(TimeSpan.FromMinutes(59));
        await other.ExpectNothingAsync();
        broker.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("x", (await other.ReceiveAndCompleteAsync()).Text);
    }

    [Fact]
    public async Task CONNECT_FromClient_CleanStartOverASharedQueue_OtherMembersGetItAndTheNewSessionDoesNot()
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("1", Filter);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", AtLeastOnce));
        TestClient other = await JoinAsync(broker, "2");
        TestClient again = await broker.ConnectV5Async("1");
        Assert.Equal("x", (await other.ReceiveAndCompleteAsync()).Text);
        await again.ExpectNothingAsync();
    }

    [Fact]
    public async Task SESSION_InServer_Ends_WhatCameByAnOrdinarySubscriptionGoesToNobody()
    {
        await using var broker = new TestBroker();
        TestClient member = await broker.ConnectV5Async("1");
        await member.SubscribeAsync(Filter, AtLeastOnce);
        await member.SubscribeAsync("a", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", AtLeastOnce));
        await member.ExpectPublishAsync("a", "x");
        await member.ExpectPublishAsync("a", "x");
        TestClient other = await JoinAsync(broker, "2");
        await member.DisconnectAsync();
        await other.ReceiveAndCompleteAsync();
        await other.ExpectNothingAsync();
    }

    [Fact]
    public async Task SESSION_InServer_MemberOfTwoGroupsEnds_EachGroupGetsWhatCameByIt()
    {
        await using var broker = new TestBroker();
        TestClient member = await broker.ConnectV5Async("1");
        await member.SubscribeWithIdAsync(1, "$share/g/a", AtLeastOnce);
        await member.SubscribeWithIdAsync(2, "$share/h/+", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", AtLeastOnce));
        ReceivedPublish[] both = [await member.ExpectPublishAsync("a", "x"), await member.ExpectPublishAsync("a", "x")];
        ReceivedPublish byWildcard = both.Single(message => message.SubscriptionIds is [2]);
        await member.AcknowledgeAsync(PacketType.PubAck, byWildcard.PacketId);
        TestClient other = await JoinAsync(broker, "2");
        TestClient third = await JoinAsync(broker, "3", "$share/h/+");
        await member.DisconnectAsync();
        Assert.Equal("x", (await other.ReceiveAndCompleteAsync()).Text);
        await third.ExpectNothingAsync();
    }

    [Fact]
    public async Task SESSION_InServer_LastMemberEnds_DropsAreCounted()
    {
        await using var broker = new TestBroker();
        TestClient member = await JoinAsync(broker, "1");
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 3; i++) await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", AtLeastOnce));
        await member.ExpectPublishAsync("a", "x");
        await member.DisconnectAsync();
        Assert.Equal(3, broker.Engine.Metrics.Dropped(DropReason.SessionEnded));
    }

    private static async Task<TestClient> JoinAsync(TestBroker broker, string clientId, string filter = Filter)
    {
        // One at a time, so that each can be completed before the next comes.
        TestClient client = await broker.ConnectV5Async(clientId, packet => packet with { ReceiveMaximum = 1 });
        await client.SubscribeAsync(filter, ExactlyOnce);
        return client;
    }
}
