using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Shared subscriptions (MQTT 5.0 section 4.8.2).</summary>
public sealed class SharedSubscriptionTests
{
    [Fact]
    public async Task PUBLISH_FromServer_GroupOfThree_EachMessageGoesToOneMemberInTurn()
    {
        await using var broker = new TestBroker();
        TestClient[] members = [await JoinAsync(broker, "1"), await JoinAsync(broker, "2"), await JoinAsync(broker, "3")];
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 9; i++) await publisher.TellAsync("a", $"{i}");
        List<string> received = [];
        foreach (TestClient member in members)
        {
            for (int i = 0; i < 3; i++) received.Add((await member.ReadAsync<ReceivedPublish>()).Text);
            await member.ExpectNothingAsync();
        }
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8"], received.Order());
    }

    [Fact]
    public async Task PUBLISH_FromServer_TwoGroupsAndAnOrdinarySubscription_EachGetsACopy()
    {
        await using var broker = new TestBroker();
        TestClient first = await JoinAsync(broker, "1", "$share/g/a");
        TestClient second = await JoinAsync(broker, "2", "$share/h/a");
        TestClient ordinary = await JoinAsync(broker, "3", "a");
        await ordinary.PublishAsync(new OutgoingPublish("a", "x"));
        await first.ExpectPublishAsync("a", "x");
        await second.ExpectPublishAsync("a", "x");
        await ordinary.ExpectPublishAsync("a", "x");
    }

    [Fact]
    public async Task PUBLISH_FromServer_SameGroupNameWithTwoFilters_AreTwoGroups()
    {
        await using var broker = new TestBroker();
        TestClient first = await JoinAsync(broker, "1", "$share/g/a");
        TestClient second = await JoinAsync(broker, "2", "$share/g/+");
        await first.PublishAsync(new OutgoingPublish("a", "x"));
        await first.ExpectPublishAsync("a", "x");
        await second.ExpectPublishAsync("a", "x");
    }

    [Fact]
    public async Task SUBSCRIBE_FromClient_SharedAndOrdinaryWithTheSameFilter_AreTwoSubscriptions()
    {
        await using var broker = new TestBroker();
        TestClient client = await JoinAsync(broker, "1", "$share/g/a");
        await client.SubscribeAsync("a");
        await client.PublishAsync(new OutgoingPublish("a", "x"));
        await client.ExpectPublishAsync("a", "x");
        await client.ExpectPublishAsync("a", "x");
        UnsubAckPacket answer = await client.UnsubscribeAsync("$share/g/a");
        Assert.Equal([ReasonCode.Success], answer.ReasonCodes);
        await client.HearItselfAsync();
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-4.8.2-3")]
    public async Task PUBLISH_FromServer_MembersWithDifferentQos_EachGetsItsGrantedOne()
    {
        await using var broker = new TestBroker();
        TestClient zero = await JoinAsync(broker, "1", "$share/g/a", AtMostOnce);
        TestClient one = await JoinAsync(broker, "2", "$share/g/a", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 2; i++) await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", ExactlyOnce));
        Assert.Equal(AtMostOnce, (await zero.ExpectPublishAsync("a", "x")).Qos);
        Assert.Equal(AtLeastOnce, (await one.ExpectPublishAsync("a", "x")).Qos);
    }

    [Fact, Spec("MQTT-3.8.3-4")]
    public async Task SUBSCRIBE_FromClient_SharedWithNoLocal_ProtocolError()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendAsync(new SubscribePacket(1, 0, [new SubscriptionRequest("$share/g/a", 0x04)]));
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task SUBSCRIBE_FromClient_Shared_RetainedMessagesAreNotSent(int retainHandling)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.RetainAsync("a", "old");
        byte options = SubscriptionRequest.ToOptions(AtMostOnce, retainHandling: retainHandling);
        await client.SubscribeAsync(new SubscriptionRequest("$share/g/a", options));
        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task PUBLISH_FromServer_OneMemberIsAway_TheOthersGetItsTurns()
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("away", "$share/g/a");
        TestClient here = await JoinAsync(broker, "here", "$share/g/a", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 4; i++)
        {
            await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", $"{i}", AtLeastOnce));
            Assert.Equal($"{i}", (await here.ReceiveAndCompleteAsync()).Text);
        }
    }

    [Fact]
    public async Task PUBLISH_FromServer_WholeGroupIsAway_OneMemberGetsItOnReturn()
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("1", "$share/g/a");
        await broker.LeaveSubscribedAsync("2", "$share/g/a");
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 2; i++) await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", $"{i}", AtLeastOnce));
        TestClient first = await broker.ResumeAsync("1");
        TestClient second = await broker.ResumeAsync("2");
        string[] received = [(await first.ReceiveAndCompleteAsync()).Text, (await second.ReceiveAndCompleteAsync()).Text];
        Assert.Equal(["0", "1"], received.Order());
    }

    [Fact]
    public async Task PUBLISH_FromServer_Qos0AndWholeGroupAway_DropIsCountedOnce()
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("1", "$share/g/a");
        await broker.LeaveSubscribedAsync("2", "$share/g/a");
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.TellAsync("a", "x");
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.NoSharedMember));
        Assert.Equal(0, broker.Engine.Metrics.Dropped(DropReason.OfflineQos0));
    }

    [Fact, Spec("MQTT-4.8.2-4")]
    public async Task PUBLISH_FromServer_Qos2MemberLosesItsConnection_ThatMemberGetsItAgainAndNobodyElse()
    {
        await using var broker = new TestBroker();
        TestClient member = await broker.ResumeAsync("1");
        await member.SubscribeAsync("$share/g/a", ExactlyOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", ExactlyOnce));
        await member.ExpectPublishAsync("a", "x");
        TestClient other = await JoinAsync(broker, "2", "$share/g/a", ExactlyOnce);
        await member.DisconnectAsync();
        await other.ExpectNothingAsync();
        TestClient back = await broker.ResumeAsync("1");
        Assert.True((await back.ExpectPublishAsync("a", "x")).Dup);
        await other.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-4.8.2-5")]
    public async Task PUBLISH_FromServer_SessionOfAQos2MemberEnds_NobodyElseGetsWhatItDidNotComplete()
    {
        await using var broker = new TestBroker();
        TestClient member = await broker.ResumeAsync("1");
        await member.SubscribeAsync("$share/g/a", ExactlyOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", ExactlyOnce));
        await member.ExpectPublishAsync("a", "x");
        TestClient other = await JoinAsync(broker, "2", "$share/g/a", ExactlyOnce);
        await member.DisconnectAsync();
        await broker.ConnectV5Async("1");
        await other.ExpectNothingAsync();
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "y", ExactlyOnce));
        await other.ExpectPublishAsync("a", "y");
    }

    [Fact, Spec("MQTT-4.8.2-6"), Spec("MQTT-4.4.0-2")]
    public async Task PUBACK_FromClient_SharedMessageRefused_IsNotSentToAnotherMember()
    {
        await using var broker = new TestBroker();
        TestClient member = await JoinAsync(broker, "1", "$share/g/a", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", AtLeastOnce));
        ReceivedPublish message = await member.ExpectPublishAsync("a", "x");
        TestClient other = await JoinAsync(broker, "2", "$share/g/a", AtLeastOnce);
        await member.AcknowledgeAsync(PacketType.PubAck, message.PacketId, ReasonCode.QuotaExceeded);
        await member.ExpectNothingAsync();
        await other.ExpectNothingAsync();
    }

    [Fact]
    public async Task SUBSCRIBE_FromClient_SharedFromOlderVersion_TakesPart()
    {
        await using var broker = new TestBroker();
        TestClient old = await broker.ConnectAsync("old");
        await old.SubscribeAsync("$share/g/a");
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.TellAsync("a", "x");
        await old.ExpectPublishAsync("a", "x");
    }

    private static async Task<TestClient> JoinAsync(
        TestBroker broker, string clientId, string filter = "$share/g/a", QualityOfService qos = AtMostOnce)
    {
        TestClient client = await broker.ConnectV5Async(clientId);
        await client.SubscribeAsync(filter, qos);
        return client;
    }
}
