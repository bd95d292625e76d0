using Broker.ConformanceTests.Mqtt5;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.PacketType;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Access;

/// <summary>Read access, at every way by which a message reaches a subscriber.</summary>
public sealed class DeliveryAccessTests
{
    private const string List =
        "topic readwrite #\nuser r\ntopic read ok/#\nuser all\ntopic read #\nuser none\ntopic write x\nuser p\ntopic write #\n";

    [Theory]
    [InlineData(AtMostOnce)]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task PUBLISH_FromServer_NotReadable_IsNotSentThoughTheSubscriptionWasGranted(QualityOfService qos)
    {
        await using var listed = new ListedBroker(List);
        TestClient reader = await listed.ConnectAsync("r");
        await reader.SubscribeAsync("#", qos);
        TestClient all = await listed.ConnectAsync("all");
        await all.SubscribeAsync("#", qos);
        TestClient publisher = await listed.ConnectAsync("p");

        // Several to one topic are a run, which passes.
        for (int i = 0; i < 10; i++) await publisher.PublishAsync(new("no", $"{i}", qos));
        await publisher.PublishAsync(new("ok/a", "last", qos));

        for (int i = 0; i < 10; i++) Assert.Equal($"{i}", (await all.ReadAsync<ReceivedPublish>()).Text);
        await reader.ExpectPublishAsync("ok/a", "last");
        await reader.ExpectNothingAsync();
        Assert.Equal(10, listed.Dropped(DropReason.NotReadable));
    }

    [Fact]
    public async Task PUBACK_FromServer_OnlySubscribersThatMayNotRead_SaysNoSubscribers()
    {
        await using var listed = new ListedBroker(List);
        await (await listed.ConnectAsync("none")).SubscribeAsync("#");
        TestClient publisher = await listed.ConnectAsync("p");

        ushort id = await publisher.PublishAsync(new("a", "", AtLeastOnce));

        await publisher.ExpectAckAsync(PubAck, id, ReasonCode.NoMatchingSubscribers);
        Assert.Equal(1, listed.Dropped(DropReason.NotReadable));
    }

    [Fact]
    public async Task PUBLISH_FromServer_SharedSubscription_GoesToAMemberThatMayRead()
    {
        await using var listed = new ListedBroker(List);
        TestClient none = await listed.ConnectAsync("none");
        await none.SubscribeAsync("$share/g/#");
        TestClient all = await listed.ConnectAsync("all");
        await all.SubscribeAsync("$share/g/#");
        TestClient publisher = await listed.ConnectAsync("p");

        for (int i = 0; i < 6; i++) await publisher.TellAsync("no", $"{i}");

        for (int i = 0; i < 6; i++) await all.ExpectPublishAsync("no", $"{i}");
        await none.ExpectNothingAsync();
    }

    [Fact]
    public async Task PUBLISH_FromServer_Retained_IsReplayedOnlyWhereItMayBeRead()
    {
        await using var listed = new ListedBroker(List);
        TestClient publisher = await listed.ConnectAsync("p");
        for (int i = 0; i < 1500; i++) await publisher.PublishAsync(new($"no/{i}", "x") { Retain = true });
        await publisher.RetainAsync("ok/a", "kept");
        TestClient reader = await listed.ConnectAsync("r");

        await reader.SubscribeAsync("#");

        await reader.ExpectPublishAsync("ok/a", "kept");
        await reader.ExpectNothingAsync();
    }

    [Fact]
    public async Task SESSION_InServer_UserWithLessRightsComesBackToIt_GetsNothingOfWhatWaits()
    {
        await using var listed = new ListedBroker(List);
        TestClient client = await listed.ResumeAsync("all", "c");
        await client.SubscribeAsync("#", ExactlyOnce);
        TestClient publisher = await listed.ConnectAsync("p");
        // One is in flight and not acknowledged, the others wait.
        await publisher.PublishAndCompleteAsync(new("no", "sent", AtLeastOnce));
        await client.ExpectPublishAsync("no", "sent");
        await client.BreakOffAsync();
        await publisher.PublishAndCompleteAsync(new("no", "one", AtLeastOnce));
        await publisher.PublishAndCompleteAsync(new("ok/a", "two", ExactlyOnce));

        client = await listed.ResumeAsync("r", "c");

        Assert.Equal("two", (await client.ReceiveAndCompleteAsync()).Text);
        await publisher.PublishAndCompleteAsync(new("no", "three", AtLeastOnce));
        await publisher.PublishAndCompleteAsync(new("ok/a", "four", AtLeastOnce));
        Assert.Equal("four", (await client.ReceiveAndCompleteAsync()).Text);
        await client.ExpectNothingAsync();
        Assert.Equal(3, listed.Dropped(DropReason.NotReadable));
    }

    [Fact]
    public async Task PUBREL_FromServer_UserWithLessRightsComesBack_EndsTheExchangeThatBegan()
    {
        await using var listed = new ListedBroker(List);
        TestClient client = await listed.ResumeAsync("all", "c");
        await client.SubscribeAsync("#", ExactlyOnce);
        await (await listed.ConnectAsync("p")).PublishAndCompleteAsync(new("no", "x", ExactlyOnce));
        ushort id = (await client.ExpectPublishAsync("no", "x")).PacketId;
        await client.AcknowledgeAsync(PubRec, id);
        await client.ExpectAckAsync(PubRel, id);
        await client.BreakOffAsync();

        client = await listed.ResumeAsync("none", "c");

        await client.ExpectAckAsync(PubRel, id);
        await client.AcknowledgeAsync(PubComp, id);
        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task PUBLISH_FromServer_ListReloaded_HoldsForConnectedAndAbsentAtOnce()
    {
        await using var listed = new ListedBroker(List);
        TestClient absent = await listed.ResumeAsync("all", "absent");
        await absent.SubscribeAsync("#", AtLeastOnce);
        await absent.DisconnectAsync();
        TestClient all = await listed.ConnectAsync("all");
        await all.SubscribeAsync("#", AtLeastOnce);
        TestClient publisher = await listed.ConnectAsync("p");
        await publisher.PublishAndCompleteAsync(new("a", "before", AtLeastOnce));
        Assert.Equal("before", (await all.ReceiveAndCompleteAsync()).Text);

        listed.Reload("user p\ntopic write #\nuser all\ntopic read b\n");
        await publisher.PublishAndCompleteAsync(new("a", "after", AtLeastOnce));
        await publisher.PublishAndCompleteAsync(new("b", "readable", AtLeastOnce));

        Assert.Equal("readable", (await all.ReceiveAndCompleteAsync()).Text);
        await all.ExpectNothingAsync();
        absent = await listed.ResumeAsync("all", "absent");
        Assert.Equal("readable", (await absent.ReceiveAndCompleteAsync()).Text);
        await absent.ExpectNothingAsync();
    }

    [Fact]
    public async Task PUBLISH_FromServer_ListReloadedWhileItWaits_IsAskedAgain()
    {
        await using var listed = new ListedBroker(List);
        TestClient client = await listed.ConnectAsync("all", with: packet => packet with { ReceiveMaximum = 1 });
        await client.SubscribeAsync("#", AtLeastOnce);
        TestClient publisher = await listed.ConnectAsync("p");
        foreach (string topic in (string[])["a", "a", "b"]) await publisher.PublishAndCompleteAsync(new(topic, "x", AtLeastOnce));
        ReceivedPublish first = await client.ExpectPublishAsync("a", "x");

        listed.Reload("user all\ntopic read b\n");
        await client.AcknowledgeAsync(PubAck, first.PacketId);

        await client.ExpectPublishAsync("b", "x");
    }

    [Fact]
    public async Task PUBLISH_FromServer_OneCopyAClient_ReadAccessHoldsForTheMergedOneToo()
    {
        await using var listed = new ListedBroker(
            List, change: options => options with { Limits = options.Limits with { AllowDuplicateMessages = false } });
        TestClient reader = await listed.ConnectAsync("r");
        await reader.SubscribeAsync("#");
        await reader.SubscribeAsync("ok/+");
        TestClient publisher = await listed.ConnectAsync("p");

        await publisher.TellAsync("no", "1");
        await publisher.TellAsync("ok/a", "2");

        await reader.ExpectPublishAsync("ok/a", "2");
        await reader.ExpectNothingAsync();
    }
}
