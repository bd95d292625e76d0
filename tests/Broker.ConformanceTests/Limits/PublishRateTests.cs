using Broker.ConformanceTests.Mqtt5;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.TestKit;

namespace Broker.ConformanceTests.Limits;

/// <summary><c>publish_rate</c>: a client that is too fast is read later.</summary>
public sealed class PublishRateTests
{
    private const string Met = "has met publish_rate";

    [Directive("publish_rate")]
    [Theory]
    [InlineData(QualityOfService.AtMostOnce)]
    [InlineData(QualityOfService.AtLeastOnce)]
    [InlineData(QualityOfService.ExactlyOnce)]
    public async Task PUBLISH_FromClient_FasterThanPublishRate_IsReadLaterInItsOrder(QualityOfService qos)
    {
        await using var broker = LimitedBroker.With(limits => limits with { PublishesPerSecond = 2 });
        TestClient hearing = await broker.ConnectV5Async("h");
        await hearing.SubscribeAsync("a");
        TestClient fast = await broker.ConnectV5Async("fast");
        for (int i = 0; i < 5; i++) await fast.PublishAsync(new OutgoingPublish("a", $"{i}", qos));
        await broker.Log.Lines.WaitForAsync(Met);
        await hearing.ExpectPublishAsync("a", "0");
        await hearing.ExpectPublishAsync("a", "1");
        await hearing.ExpectNothingAsync();
        // Others are as fast as they like to be.
        TestClient other = await broker.ConnectV5Async("other");
        await other.TellAsync("a", "other");
        await hearing.ExpectPublishAsync("a", "other");
        broker.Advance(TimeSpan.FromSeconds(20));
        await hearing.ExpectPublishAsync("a", "2");
        await hearing.ExpectPublishAsync("a", "3");
        await broker.Log.Lines.WaitForAsync(2, line => line.Contains(Met), "a second line");
        await hearing.ExpectNothingAsync();
        broker.Advance(TimeSpan.FromSeconds(1));
        await hearing.ExpectPublishAsync("a", "4");
        Assert.Equal(2, broker.Engine.Metrics.LimitsMet(LimitKind.PublishRate));
    }

    // All of it is in one buffer: what is behind the message that is too early is behind it still.
    [Fact]
    public async Task PINGREQ_FromClient_BehindPublishThatWaits_IsAnsweredBehindIt()
    {
        await using var broker = LimitedBroker.With(limits => limits with { PublishesPerSecond = 1 });
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("a");
        await client.SendBytesAsync("30 05 00 01 'a' 00 '1' 30 05 00 01 'a' 00 '2' C0 00");
        await client.ExpectPublishAsync("a", "1");
        await broker.Log.Lines.WaitForAsync(Met);
        broker.Advance(TimeSpan.FromSeconds(1));
        await client.ExpectPublishAsync("a", "2");
        await client.ExpectBytesAsync("D0 00");
    }

    [Fact]
    public async Task Connection_ThatIsSlowed_CanBeTakenOver()
    {
        await using var broker = LimitedBroker.With(limits => limits with { PublishesPerSecond = 1 });
        TestClient client = await broker.ConnectV5Async("c");
        for (int i = 0; i < 3; i++) await client.PublishAsync(new OutgoingPublish("a", $"{i}"));
        await broker.Log.Lines.WaitForAsync(Met);
        TestClient taking = await broker.ConnectV5Async("c");
        await client.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
        await taking.PingFenceAsync();
    }

    [Fact]
    public async Task PublishRate_Reloaded_HoldsForWhoIsConnected()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("a");
        for (int i = 0; i < 5; i++) await client.HearItselfAsync();
        broker.Reload(limits => limits with { PublishesPerSecond = 1 });
        await client.PublishAsync(new OutgoingPublish("a", "1"));
        await client.PublishAsync(new OutgoingPublish("a", "2"));
        await client.ExpectPublishAsync("a", "1");
        await broker.Log.Lines.WaitForAsync(Met);
        broker.Reload(limits => limits with { PublishesPerSecond = 0 });
        broker.Advance(TimeSpan.FromSeconds(1));
        await client.ExpectPublishAsync("a", "2");
        for (int i = 0; i < 5; i++) await client.HearItselfAsync();
    }
}
