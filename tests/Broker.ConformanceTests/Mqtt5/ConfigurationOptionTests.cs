using Broker.Configuration;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Options of mosquitto.conf that change what a listener or the whole broker does with 5.0 clients.</summary>
public sealed class ConfigurationOptionTests
{
    [Theory]
    [InlineData(AtMostOnce, ExactlyOnce, ExactlyOnce)]
    [InlineData(AtLeastOnce, ExactlyOnce, ExactlyOnce)]
    [InlineData(ExactlyOnce, AtLeastOnce, AtLeastOnce)]
    [Directive("upgrade_outgoing_qos")]
    public async Task PUBLISH_FromServer_UpgradeOutgoingQos_HasTheSubscriptionsQos(
        QualityOfService published, QualityOfService granted, QualityOfService expected)
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { UpgradeOutgoingQos = true });
        TestClient subscriber = await broker.ConnectV5Async("s");
        await subscriber.SubscribeAsync("a", granted);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", published));
        Assert.Equal(expected, (await subscriber.ReceiveAndCompleteAsync()).Qos);
    }

    [Fact]
    public async Task PUBLISH_FromServer_UpgradeOutgoingQosAndSessionAway_Qos0IsQueuedAsUpgraded()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { UpgradeOutgoingQos = true });
        await broker.LeaveSubscribedAsync("s", "a");
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.TellAsync("a", "x");
        TestClient back = await broker.ResumeAsync("s");
        Assert.Equal(AtLeastOnce, (await back.ExpectPublishAsync("a", "x")).Qos);
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    [Directive("allow_duplicate_messages")]
    public async Task PUBLISH_FromServer_AllowDuplicateMessages_DecidesTheCopiesForOverlappingFilters(bool isAllowed, int copies)
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { AllowDuplicateMessages = isAllowed });
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync(new SubscriptionRequest("a/+", 0), new SubscriptionRequest("a/#", 0));
        await client.PublishAsync(new OutgoingPublish("a/b", "x"));
        for (int i = 0; i < copies; i++) await client.ExpectPublishAsync("a/b", "x");
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.8.3-3")]
    public async Task PUBLISH_FromServer_OneCopyForOverlappingFilters_NoLocalHoldsForEachSubscriptionAlone()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { AllowDuplicateMessages = false });
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync(
            new SubscriptionRequest("a", SubscriptionRequest.ToOptions(ExactlyOnce, noLocal: true)),
            new SubscriptionRequest("#", SubscriptionRequest.ToOptions(AtLeastOnce)));
        await client.PublishAsync(new OutgoingPublish("a", "own", ExactlyOnce));
        await client.ExpectAckAsync(PacketType.PubRec, 2);
        Assert.Equal(AtLeastOnce, (await client.ExpectPublishAsync("a", "own")).Qos);
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.1.2-2")]
    [Directive("accept_protocol_versions")]
    public async Task CONNECT_FromClient_VersionNotAcceptedOnTheListener_RefusedAsUnsupportedProtocolVersion()
    {
        await using var broker =
            TestBroker.WithListener(listener => listener with { AcceptProtocolVersions = [ProtocolVersion.Mqtt311] });
        ConnAckPacket answer = await broker.OpenV5().TryConnectAsync("c");
        Assert.Equal(ReasonCode.UnsupportedProtocolVersion, answer.ReasonCode);
        await broker.ConnectAsync("older");
    }

    [Fact]
    [Directive("clientid_prefixes")]
    public async Task CONNECT_FromClient_ClientIdWithoutAPrefixFromTheList_RefusedAsNotAuthorized()
    {
        await using var broker = TestBroker.WithListener(listener => listener with
        {
            Security = listener.Security with { ClientIdPrefixes = ["dev-", "gw-"] },
        });
        await broker.ConnectV5Async("gw-1");
        ConnAckPacket answer = await broker.OpenV5().TryConnectAsync("pc-1");
        Assert.Equal(ReasonCode.NotAuthorized, answer.ReasonCode);
    }

    [Fact]
    [Directive("use_username_as_clientid")]
    public async Task CONNECT_FromClient_UserNameBecomesClientId_SameUserTakesOver()
    {
        await using var broker = TestBroker.WithListener(listener => listener with { UseUsernameAsClientId = true });
        TestClient first = await broker.ConnectV5Async("1", packet => packet with { UserName = "anna" });
        await broker.ConnectV5Async("2", packet => packet with { UserName = "anna" });
        await first.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
        ConnAckPacket nameless = await broker.OpenV5().TryConnectAsync("3");
        Assert.Equal(ReasonCode.NotAuthorized, nameless.ReasonCode);
    }

    [Fact]
    [Directive("mount_point")]
    public async Task PUBLISH_FromServer_MountPoint_IsPutBeforeAndCutFromEveryTopic()
    {
        await using var broker = TestBroker.WithListener(listener => listener with { MountPoint = "site/1/" });
        TestClient client = await broker.ConnectV5Async("c", packet => packet with { TopicAliasMaximum = 1 });
        await client.RetainAsync("a", "old");
        await client.SubscribeAsync("#", AtLeastOnce);
        await client.ExpectPublishAsync("a", "old");
        await client.PublishAsync(new OutgoingPublish("b", "x") { TopicAlias = 1 });
        await client.ExpectPublishAsync("b", "x");
        Assert.True(broker.Engine.Router.Subscriptions.Match("site/1/b") is { IsEmpty: false });
        Assert.True(broker.Engine.Router.Subscriptions.Match("b").IsEmpty);
    }

    [Fact]
    public async Task PUBLISH_FromServer_MountPointWithWillAndSharedFilter_StaysWithin()
    {
        await using var broker = TestBroker.WithListener(listener => listener with { MountPoint = "m/" });
        TestClient member = await broker.ConnectV5Async("s");
        await member.SubscribeAsync("$share/g/w");
        TestClient client = await broker.ConnectV5Async("c", packet => packet with { Will = Mqtt5Clients.Will("w", "gone") });
        await client.DisconnectAsync(ReasonCode.DisconnectWithWillMessage);
        await member.ExpectPublishAsync("w", "gone");
        Assert.Equal([ReasonCode.Success], (await member.UnsubscribeAsync("$share/g/w")).ReasonCodes);
    }

    [Fact]
    [Directive("persistent_client_expiration")]
    public async Task SESSION_InServer_PersistentClientExpiration_CapsTheSessionExpiryInterval()
    {
        await using var broker =
            TestBroker.WithLimits(limits => limits with { PersistentClientExpiration = TimeSpan.FromMinutes(1) });
        TestClient client = await broker.ResumeAsync("s", packet => packet with { SessionExpiryIntervalSeconds = uint.MaxValue });
        await client.DisconnectAsync();
        broker.Advance(TimeSpan.FromSeconds(58));
        Assert.Equal(1, broker.Engine.Sessions.Registry.Count);
        broker.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(0, broker.Engine.Sessions.Registry.Count);
    }

    [Fact]
    [Directive("global_max_clients")]
    public async Task CONNECT_FromClient_SessionsLimitReached_RefusedAsServerUnavailableButOldSessionsMayReturn()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { SessionsMax = 1 });
        await broker.LeaveSubscribedAsync("s", "a");
        TestClient stranger = broker.OpenV5();
        ConnAckPacket answer = await stranger.TryConnectAsync("stranger");
        Assert.Equal(ReasonCode.ServerUnavailable, answer.ReasonCode);
        await stranger.ExpectClosedAsync();
        await broker.ResumeAsync("s");
    }

    [Fact]
    [Directive("global_max_connections")]
    public async Task CONNECTION_InServer_GlobalConnectionsLimitReached_TheNextIsClosedAtOnce()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { ConnectionsMax = 1 });
        TestClient first = await broker.ConnectV5Async("1");
        await broker.OpenV5().ExpectClosedAsync();
        Assert.Equal(1, broker.Engine.Metrics.ConnectionsRefused);
        await first.DisconnectAsync();
        await broker.ConnectV5Async("2");
    }

    [Fact]
    [Directive("max_connections")]
    public async Task CONNECTION_InServer_ListenersConnectionsLimitReached_TheNextIsClosedAtOnce()
    {
        await using var broker = TestBroker.WithListener(listener => listener with { ConnectionsMax = 1 });
        TestClient first = await broker.ConnectV5Async("1");
        await broker.OpenV5().ExpectClosedAsync();
        await first.PingFenceAsync();
    }

    [Fact]
    [Directive("allow_anonymous")]
    public async Task CONNECT_FromClient_NoNameWhereAnonymousIsNotAllowed_RefusedAsNotAuthorized()
    {
        await using var broker = new TestBroker(options => options with { Listeners = [new ListenerOptions()] });
        TestClient client = broker.OpenV5();
        ConnAckPacket answer = await client.TryConnectAsync("c");
        Assert.Equal(ReasonCode.NotAuthorized, answer.ReasonCode);
        await client.ExpectClosedAsync();
    }
}
