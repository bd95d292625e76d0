using Broker.ConformanceTests.Mqtt5;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.PacketType;
using static Broker.Protocol.ProtocolVersion;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Access;

/// <summary>Write access, at PUBLISH and for wills.</summary>
public sealed class PublishAccessTests
{
    private const string List = "topic read #\n\nuser w\ntopic write ok/#\ntopic deny ok/secret\nuser r\ntopic read #\n";

    [Fact]
    public async Task PUBLISH_FromClient_NotWritableMqtt5_IsAnsweredWithNotAuthorizedAndGoesNowhere()
    {
        await using var listed = new ListedBroker(List);
        TestClient reader = await listed.ConnectAsync("r");
        await reader.SubscribeAsync("#", ExactlyOnce);
        TestClient writer = await listed.ConnectAsync("w");

        ushort one = await writer.PublishAsync(new("no", "1", AtLeastOnce));
        await writer.ExpectAckAsync(PubAck, one, ReasonCode.NotAuthorized);
        ushort two = await writer.PublishAsync(new("ok/secret", "2", ExactlyOnce));
        await writer.ExpectAckAsync(PubRec, two, ReasonCode.NotAuthorized);
        await writer.PublishAsync(new("no", "3"));
        // Its packet id is free again: the same one brings a message.
        await writer.PublishAsync(new("ok/x", "4", ExactlyOnce) { PacketId = two });
        await writer.ExpectAckAsync(PubRec, two);

        await reader.ExpectPublishAsync("ok/x", "4");
        await reader.ExpectNothingAsync();
        Assert.Equal(3, listed.Dropped(DropReason.NotAuthorized));
    }

    [Fact]
    public async Task PUBLISH_FromClient_NotWritableBefore5_IsAnsweredAsIfItWentOut()
    {
        await using var listed = new ListedBroker(List);
        TestClient reader = await listed.ConnectAsync("r");
        await reader.SubscribeAsync("#");
        TestClient writer = await listed.ConnectAsync("w", Mqtt311);

        await writer.PublishAndCompleteAsync(new("no", "1", AtLeastOnce));
        await writer.PublishAndCompleteAsync(new("no", "2", ExactlyOnce));
        await writer.PublishAsync(new("no", "3"));
        await writer.PingFenceAsync();

        await reader.ExpectNothingAsync();
    }

    [Fact]
    public async Task PUBLISH_FromClient_NotWritableRetained_IsNotRetained()
    {
        await using var listed = new ListedBroker(List);
        await (await listed.ConnectAsync("w")).RetainAsync("no", "x");

        await (await listed.ConnectAsync("r")).SubscribeAsync("#");

        Assert.Equal(0, listed.Broker.Engine.Retained.Count);
    }

    [Fact]
    public async Task PUBLISH_FromClient_WithoutUserName_HasTheLinesBeforeAnyUserAndNoOthers()
    {
        await using var listed = new ListedBroker("topic write a\nuser w\ntopic write b\n");
        TestClient nameless = await listed.Broker.ConnectV5Async("c");

        await nameless.ExpectAckAsync(
            PubAck, await nameless.PublishAsync(new("a", "", AtLeastOnce)), ReasonCode.NoMatchingSubscribers);
        await nameless.ExpectAckAsync(PubAck, await nameless.PublishAsync(new("b", "", AtLeastOnce)), ReasonCode.NotAuthorized);
        TestClient named = await listed.ConnectAsync("w");
        await named.ExpectAckAsync(PubAck, await named.PublishAsync(new("a", "", AtLeastOnce)), ReasonCode.NotAuthorized);
    }

    [Theory]
    [InlineData("u", "c", "dev/c/u", true)]
    [InlineData("u", "c", "dev/d/u", false)]
    [InlineData("u", "a/b", "dev/a/b/u", false)]
    [InlineData("u", "+", "dev/x/u", false)]
    [InlineData("#", "c", "dev/c/#", false)]
    [InlineData("a/b", "c", "dev/c/a/b", false)]
    public async Task PUBLISH_FromClient_PatternWithItsNames_ReachesNoOthersTopics(
        string userName, string clientId, string topic, bool isAllowed)
    {
        await using var listed = new ListedBroker("pattern write dev/%c/%u\n");
        TestClient client = await listed.ConnectAsync(userName, clientId: clientId);
        topic = topic.Replace("#", "x", StringComparison.Ordinal);

        ushort id = await client.PublishAsync(new(topic, "", AtLeastOnce));

        await client.ExpectAckAsync(PubAck, id, isAllowed ? ReasonCode.NoMatchingSubscribers : ReasonCode.NotAuthorized);
    }

    [Theory]
    [InlineData("ok/x", true)]
    [InlineData("no", false)]
    public async Task WILL_FromServer_OfAClientThatMayOrMayNotWriteThere_GoesOutOrNot(string topic, bool isAllowed)
    {
        await using var listed = new ListedBroker(List);
        TestClient reader = await listed.ConnectAsync("r");
        await reader.SubscribeAsync("#");
        TestClient writer = await listed.ConnectAsync(
            "w", with: packet => packet with { Will = Mqtt5Clients.Will(topic, "gone") });

        await writer.BreakOffAsync();

        if (isAllowed) await reader.ExpectPublishAsync(topic, "gone");
        await reader.ExpectNothingAsync();
        Assert.Equal(isAllowed ? 0 : 1, listed.Dropped(DropReason.NotAuthorized));
    }

    [Fact]
    public async Task WILL_FromServer_SessionTakenOverByAnotherUser_IsJudgedByWhoLeftIt()
    {
        await using var listed = new ListedBroker(List);
        TestClient reader = await listed.ConnectAsync("r");
        await reader.SubscribeAsync("#");
        await listed.ConnectAsync("w", clientId: "c", with: packet => packet with { Will = Mqtt5Clients.Will("ok/x", "gone") });

        await listed.ConnectAsync("r", clientId: "c");

        await reader.ExpectPublishAsync("ok/x", "gone");
    }

    [Fact]
    public async Task PUBLISH_FromClient_MountPoint_IsPartOfTheTopicInTheList()
    {
        await using var listed = new ListedBroker("topic readwrite home/a\n", change: options => options with
        {
            Listeners = [options.Listeners[0] with { MountPoint = "home/" }],
        });
        TestClient client = await listed.Broker.ConnectV5Async("c");
        await client.SubscribeAsync("#");

        await client.PublishAndCompleteAsync(new("a", "x", AtLeastOnce));
        await client.ExpectPublishAsync("a", "x");
        await client.ExpectAckAsync(
            PubAck, await client.PublishAsync(new("home/a", "", AtLeastOnce)), ReasonCode.NotAuthorized);
    }

    [Fact]
    public async Task PUBLISH_FromClient_ListReloaded_HoldsForTopicsItPublishedToBefore()
    {
        await using var listed = new ListedBroker("topic write a\n");
        TestClient client = await listed.Broker.ConnectV5Async("c");
        await client.PublishAndCompleteAsync(new("a", "", AtLeastOnce));

        listed.Reload("topic read a\n");
        await client.ExpectAckAsync(PubAck, await client.PublishAsync(new("a", "", AtLeastOnce)), ReasonCode.NotAuthorized);

        listed.Reload("topic readwrite a\n");
        await client.PublishAndCompleteAsync(new("a", "", AtLeastOnce));
    }
}
