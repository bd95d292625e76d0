using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1.1 sections 3.10 and 3.11.</summary>
public sealed class UnsubscribeTests
{
    [Theory, Spec("MQTT-3.10.1-1"), Spec("MQTT-2.2.2-2")]
    [InlineData("a0 05 00 01 00 01 'a'")]
    [InlineData("a3 05 00 01 00 01 'a'")]
    [InlineData("aa 05 00 01 00 01 'a'")]
    public async Task UNSUBSCRIBE_FromClient_WrongReservedFlags_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.10.3-1")]
    [InlineData("a2 06 00 01 00 02 c3 28")]
    [InlineData("a2 05 00 01 00 05 'a'")]
    public async Task UNSUBSCRIBE_FromClient_FilterIsNoString_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.10.3-2")]
    public async Task UNSUBSCRIBE_FromClient_WithoutFilter_Closes()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync("a2 02 00 01");

        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.10.4-1")]
    public async Task UNSUBSCRIBE_FromClient_FilterThatOnlyMatches_RemovesNothing()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a/+");

        await client.UnsubscribeAsync("a/#", "a/b", "A/+", "a/+/");
        await client.PublishAsync(new("a/b", "x"));

        await client.ExpectPublishAsync("a/b", "x");
    }

    [Fact, Spec("MQTT-3.10.4-1"), Spec("MQTT-3.10.4-2")]
    public async Task UNSUBSCRIBE_FromClient_FilterThatWasSubscribed_StopsItsMessages()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a/+");
        await client.SubscribeAsync("b");

        await client.UnsubscribeAsync("a/+");
        await client.PublishAsync(new("a/b", "x"));
        await client.PublishAsync(new("b", "y"));

        await client.ExpectPublishAsync("b", "y");
    }

    [Theory, Spec("MQTT-3.10.4-3")]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task UNSUBSCRIBE_FromClient_MessageIsInFlight_ItsDeliveryIsCompleted(QualityOfService qos)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", qos);
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "x", qos));
        await client.ExpectPublishAsync("a", "x");

        await client.UnsubscribeAsync("a");
        await client.DisconnectAsync();
        client = await broker.ConnectPersistentAsync("client");

        Assert.Equal("x", (await client.ReceiveAndCompleteAsync()).Text);
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.10.4-4"), Spec("MQTT-3.10.4-5")]
    public async Task UNSUBSCRIBE_FromClient_NothingMatches_IsAnsweredAllTheSame()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync("a2 05 ab cd 00 01 'a'");

        await client.ExpectBytesAsync("b0 02 ab cd");
    }

    [Fact, Spec("MQTT-3.10.4-6")]
    public async Task UNSUBSCRIBE_FromClient_SeveralFilters_RemovesEachAndGetsOneUnsubAck()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a");
        await client.SubscribeAsync("b");

        await client.UnsubscribeAsync("a", "c", "b");
        await client.PublishAsync(new("a", "x"));
        await client.PublishAsync(new("b", "x"));

        await client.ExpectNothingAsync();
    }
}
