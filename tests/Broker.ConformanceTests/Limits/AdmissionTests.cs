using System.Net;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.ConformanceTests.Limits;

/// <summary>Who comes faster than the broker lets in waits, and is not sent away.</summary>
public sealed class AdmissionTests
{
    [Directive("connect_rate")]
    [Theory]
    [InlineData(ProtocolVersion.Mqtt311)]
    [InlineData(ProtocolVersion.Mqtt50)]
    public async Task CONNECT_FromClient_FasterThanConnectRate_IsAnsweredLaterInItsTurn(ProtocolVersion version)
    {
        await using var broker = LimitedBroker.With(limits => limits with { ConnectsPerSecond = 2 });
        await broker.ConnectAsync("1", version);
        await broker.ConnectAsync("2", version);
        TestClient third = await ParkedAsync(broker, "3", version);
        TestClient fourth = await ParkedAsync(broker, "4", version);
        Assert.Equal(2, broker.Engine.Lines.Rate.WaitingCount);
        Assert.Equal(2, broker.Engine.Metrics.LimitsMet(LimitKind.ConnectRate));
        broker.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(ReasonCode.Success, (await third.ReadAsync<ConnAckPacket>()).ReasonCode);
        Assert.Equal(1, broker.Engine.Lines.Rate.WaitingCount);
        broker.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(ReasonCode.Success, (await fourth.ReadAsync<ConnAckPacket>()).ReasonCode);
        await fourth.PingFenceAsync();
    }

    [Fact]
    public async Task CONNECT_FromClient_ThatWaitsForLongerThanConnectTimeout_IsAnswered()
    {
        await using var broker = LimitedBroker.With(limits => limits with
        {
            ConnectsPerSecond = 1, ConnectTimeout = TimeSpan.FromSeconds(3),
        });
        await broker.ConnectAsync("0");
        List<TestClient> parked = [];
        for (int i = 1; i <= 8; i++) parked.Add(await ParkedAsync(broker, $"{i}"));
        TestClient silent = broker.Open();
        foreach (TestClient client in parked)
        {
            broker.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(ReasonCode.Success, (await client.ReadAsync<ConnAckPacket>()).ReasonCode);
        }
        await silent.ExpectClosedAsync();
        Assert.Equal(1, broker.Engine.Metrics.LimitsMet(LimitKind.ConnectTimeout));
    }

    [Directive("max_pending_connects")]
    [Fact]
    public async Task CONNECT_FromClient_BeyondMaxPendingConnects_WaitsUntilAnotherHasItsConnAck()
    {
        var store = new ManualStateStore();
        await using var broker = LimitedBroker.With(limits => limits with { PendingConnectsMax = 1 }, store);
        TestClient first = await ParkedAsync(broker, "1", isPersistent: true);
        TestClient second = await ParkedAsync(broker, "2");
        Assert.Equal(1, broker.Engine.Lines.Connects.WaitingCount);
        Assert.Equal(1, broker.Engine.Metrics.LimitsMet(LimitKind.MaxPendingConnects));
        Assert.False(broker.Engine.Sessions.Registry.TryGet("2", out _));
        store.Commit();
        Assert.Equal(ReasonCode.Success, (await first.ReadAsync<ConnAckPacket>()).ReasonCode);
        Assert.Equal(ReasonCode.Success, (await second.ReadAsync<ConnAckPacket>()).ReasonCode);
        await broker.ConnectAsync("3");
    }

    // A store that is out of reach must not keep out those who need nothing of it.
    [Fact]
    public async Task CONNECT_FromClient_BehindOneWhoseCommitDoesNotCome_IsAnsweredSoon()
    {
        var store = new ManualStateStore();
        await using var broker = LimitedBroker.With(limits => limits with { PendingConnectsMax = 1 }, store);
        await ParkedAsync(broker, "1", isPersistent: true);
        TestClient second = await ParkedAsync(broker, "2");
        broker.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ReasonCode.Success, (await second.ReadAsync<ConnAckPacket>()).ReasonCode);
        store.Commit();
    }

    [Fact]
    public async Task CONNECT_FromClient_ThatLeavesWhileItWaits_MakesNoSession()
    {
        var store = new ManualStateStore();
        await using var broker = LimitedBroker.With(limits => limits with { PendingConnectsMax = 1 }, store);
        TestClient first = await ParkedAsync(broker, "1", isPersistent: true);
        TestClient second = await ParkedAsync(broker, "2", isPersistent: true);
        TestClient third = await ParkedAsync(broker, "3");
        await second.CloseAsync();
        store.Commit();
        await first.ReadAsync<ConnAckPacket>();
        await third.ReadAsync<ConnAckPacket>();
        Assert.False(broker.Engine.Sessions.Registry.TryGet("2", out _));
    }

    // It costs nobody anything from then on, whenever its turn would have been.
    [Fact]
    public async Task CONNECT_FromClient_ThatLeavesWhileItWaits_IsGoneAtOnce()
    {
        await using var broker = LimitedBroker.With(limits => limits with { ConnectsPerSecond = 1 });
        TestClient first = await broker.ConnectAsync("1");
        TestClient second = await ParkedAsync(broker, "2");
        TestClient third = await ParkedAsync(broker, "3");
        await second.BreakOffAsync();
        Assert.Equal(1, broker.Engine.Lines.Rate.WaitingCount);
        broker.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ReasonCode.Success, (await third.ReadAsync<ConnAckPacket>()).ReasonCode);
        await first.PingFenceAsync();
    }

    // Nor does it leave anything behind that who comes when it is quiet again would wait for.
    [Fact]
    public async Task CONNECT_FromClient_WhenThoseBeforeHaveLeftUnanswered_IsAnsweredAtOnce()
    {
        var store = new ManualStateStore();
        await using var broker = LimitedBroker.With(limits => limits with { PendingConnectsMax = 1 }, store);
        TestClient first = await ParkedAsync(broker, "1", isPersistent: true);
        TestClient second = await ParkedAsync(broker, "2");
        await second.BreakOffAsync();
        Assert.Equal(0, broker.Engine.Lines.Connects.WaitingCount);
        store.Commit();
        await first.ReadAsync<ConnAckPacket>();
        await (await broker.ConnectAsync("3")).PingFenceAsync();
    }

    [Fact]
    public async Task CONNECT_FromAnotherAddress_ThanACrowdThatWaits_IsAnsweredInItsTurn()
    {
        await using var broker = LimitedBroker.With(limits => limits with { ConnectsPerSecond = 1 });
        await broker.ConnectAsync("0");
        for (int i = 1; i <= 20; i++) await ParkedAsync(broker, $"{i}");
        TestClient other = await ParkedAsync(broker, "other", address: IPAddress.Parse("192.0.2.1"));
        broker.Advance(TimeSpan.FromSeconds(1));
        broker.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ReasonCode.Success, (await other.ReadAsync<ConnAckPacket>()).ReasonCode);
        Assert.Equal(19, broker.Engine.Lines.Rate.WaitingCount);
    }

    // What came behind CONNECT is not lost with it.
    [Fact]
    public async Task CONNECT_FromClient_ThatPublishesAndLeavesWhileItWaits_IsServed()
    {
        var store = new ManualStateStore();
        await using var broker = LimitedBroker.With(limits => limits with { PendingConnectsMax = 1 }, store);
        TestClient listener = await broker.ConnectAsync("listener");
        await listener.SubscribeAsync("a");
        TestClient first = await ParkedAsync(broker, "1", isPersistent: true);
        TestClient second = await ParkedAsync(broker, "2");
        await second.PublishAsync(new OutgoingPublish("a", "b"));
        await second.SendAsync(new DisconnectPacket());
        await second.CloseAsync();
        store.Commit();
        await first.ReadAsync<ConnAckPacket>();
        await listener.ExpectPublishAsync("a", "b");
    }

    [Fact]
    public async Task CONNECT_FromClient_ThatWaitsWhenTheBrokerStops_IsClosed()
    {
        await using var broker = LimitedBroker.With(limits => limits with { ConnectsPerSecond = 1 });
        await broker.ConnectAsync("1");
        TestClient second = await ParkedAsync(broker, "2");
        broker.Engine.BeginStop();
        await second.ExpectEndAsync();
        await broker.AllEndedAsync();
    }

    [Fact]
    public async Task CONNECT_FromClient_ThatWaits_IsLetInByAReloadWithoutLimits()
    {
        await using var broker = LimitedBroker.With(limits => limits with { ConnectsPerSecond = 1 });
        await broker.ConnectAsync("1");
        TestClient second = await ParkedAsync(broker, "2");
        broker.Reload(limits => limits with { ConnectsPerSecond = 0 });
        Assert.Equal(ReasonCode.Success, (await second.ReadAsync<ConnAckPacket>()).ReasonCode);
    }

    // Read when this returns, and not answered.
    private static async Task<TestClient> ParkedAsync(
        TestBroker broker, string clientId, ProtocolVersion version = ProtocolVersion.Mqtt311, bool isPersistent = false,
        IPAddress? address = null)
    {
        TestClient client = broker.Open(version, isInline: true, address: address);
        await client.SendAsync(new ConnectPacket { Version = version, ClientId = clientId, CleanStart = !isPersistent });
        return client;
    }
}
