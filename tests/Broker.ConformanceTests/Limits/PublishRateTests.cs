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
        broker.Advance(TimeSpan.FromSeconds(1));
        await hearing.ExpectPublishAsync("a", "2");
        await hearing.ExpectPublishAsync("a", "3");
        while (broker.Engine.Metrics.LimitsMet(LimitKind.PublishRate) < 2) await other.PingFenceAsync();
        await hearing.ExpectNothingAsync();
        broker.Advance(TimeSpan.FromSeconds(1));
        await hearing.ExpectPublishAsync("a", "4");
        Assert.Equal(2, broker.Engine.Metrics.LimitsMet(LimitKind.PublishRate));
    }

    // A packet of "a", a length of properties and 100 bytes has 106 of them.
    [Directive("publish_byte_rate")]
    [Fact]
    public async Task PUBLISH_FromClient_MoreBytesThanPublishByteRate_IsReadLaterAndLargeOnesPass()
    {
        await using var broker = LimitedBroker.With(limits => limits with { PublishBytesPerSecond = 200 });
        TestClient hearing = await broker.ConnectV5Async("h");
        await hearing.SubscribeAsync("a");
        TestClient fast = await broker.ConnectV5Async("fast");
        for (int i = 0; i < 3; i++) await fast.PublishAsync(new OutgoingPublish("a", new string((char)('0' + i), 100)));
        await broker.Log.Lines.WaitForAsync("has met publish_byte_rate");
        for (int i = 0; i < 2; i++) Assert.Equal(100, (await hearing.ReadAsync<ReceivedPublish>()).Text.Length);
        await hearing.ExpectNothingAsync();
        broker.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal('2', (await hearing.ReadAsync<ReceivedPublish>()).Text[0]);
        await fast.PublishAsync(new OutgoingPublish("a", new string('x', 1000)));
        Assert.Equal(1000, (await hearing.ReadAsync<ReceivedPublish>()).Text.Length);
        await fast.PublishAsync(new OutgoingPublish("a", "late"));
        broker.Advance(TimeSpan.FromSeconds(3));
        await hearing.ExpectNothingAsync();
        broker.Advance(TimeSpan.FromSeconds(3));
        await hearing.ExpectPublishAsync("a", "late");
    }

    [Directive("publish_rate_per_address")]
    [Directive("publish_byte_rate_per_address")]
    [Theory]
    [InlineData(2, 0, "publish_rate_per_address")]
    [InlineData(0, 14, "publish_byte_rate_per_address")]
    public async Task PUBLISH_FromClients_OfOneAddressFasterThanItMay_AreReadLaterThoseOfOthersAreNot(
        int messages, int bytes, string limit)
    {
        await using var broker = LimitedBroker.With(limits => limits with
        {
            AddressPublishesPerSecond = messages, AddressPublishBytesPerSecond = bytes,
        });
        TestClient hearing = await broker.ConnectV5Async("h");
        await hearing.SubscribeAsync("a");
        var here = System.Net.IPAddress.Parse("192.0.2.1");
        TestClient[] fast = [await ConnectAsync("1", here), await ConnectAsync("2", here)];
        foreach (TestClient client in fast) await client.TellAsync("a", "1");
        await fast[0].PublishAsync(new OutgoingPublish("a", "3"));
        for (int i = 0; i < 2; i++) await hearing.ExpectPublishAsync("a", "1");
        await broker.Log.Lines.WaitForAsync($"has met {limit}");
        await hearing.ExpectNothingAsync();
        await (await ConnectAsync("3", System.Net.IPAddress.Parse("192.0.2.2"))).TellAsync("a", "elsewhere");
        await hearing.ExpectPublishAsync("a", "elsewhere");
        // Who comes again is not let off.
        await fast[1].DisconnectAsync();
        TestClient again = await ConnectAsync("2", here);
        await again.PublishAsync(new OutgoingPublish("a", "4"));
        await hearing.ExpectNothingAsync();
        for (int i = 0; i < 8; i++) broker.Advance(TimeSpan.FromSeconds(1));
        string[] came = [(await hearing.ReadAsync<ReceivedPublish>()).Text, (await hearing.ReadAsync<ReceivedPublish>()).Text];
        Assert.Equal(["3", "4"], came.Order());

        async Task<TestClient> ConnectAsync(string id, System.Net.IPAddress address)
        {
            TestClient client = broker.Open(ProtocolVersion.Mqtt50, address: address);
            await client.ConnectAsync(id);
            return client;
        }
    }

    [Fact]
    public async Task Addresses_ThatAreAtRest_AreForgotten()
    {
        await using var broker = LimitedBroker.With(limits => limits with { AddressPublishesPerSecond = 5 });
        TestClient client = await broker.ConnectV5Async("c");
        await client.TellAsync("a", "1");
        Assert.Equal(1, broker.Engine.Peers.Counts.Count);
        broker.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, broker.Engine.Peers.Counts.Count);
        await client.DisconnectAsync();
        await broker.AllEndedAsync();
        broker.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, broker.Engine.Peers.Counts.Count);
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
    public async Task PublishRate_Reloaded_HoldsForWhoHasComeAndNotSentItsConnect()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.OpenV5();
        broker.Reload(limits => limits with { PublishesPerSecond = 1 });
        await client.ConnectAsync("c");
        await client.SubscribeAsync("a");
        await client.PublishAsync(new OutgoingPublish("a", "1"));
        await client.PublishAsync(new OutgoingPublish("a", "2"));
        await client.ExpectPublishAsync("a", "1");
        await broker.Log.Lines.WaitForAsync(Met);
        broker.Advance(TimeSpan.FromSeconds(1));
        await client.ExpectPublishAsync("a", "2");
    }

    // A reload walks over connections while they come to their end.
    [Fact]
    public async Task Addresses_OfConnectionsThatEndDuringAReload_AreForgotten()
    {
        await using var broker = LimitedBroker.With(limits => limits with { AddressPublishesPerSecond = 5 });
        TestClient client = await broker.ConnectV5Async("c");
        Connections.MqttConnection connection = Assert.Single(broker.Engine.Connections);
        await client.DisconnectAsync();
        await broker.AllEndedAsync();
        broker.Reload(limits => limits with { AddressPublishesPerSecond = 6 });
        connection.OnReload();
        broker.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, broker.Engine.Peers.Counts.Count);
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
