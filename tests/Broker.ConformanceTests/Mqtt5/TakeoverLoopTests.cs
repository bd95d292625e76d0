using System.Text.Json;
using System.Text.RegularExpressions;
using Broker.Configuration;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.SysTopics;
using Broker.TestKit;
using static Broker.Protocol.ProtocolVersion;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Several clients with one client id, each of which connects again when the other one throws it out.</summary>
public sealed class TakeoverLoopTests
{
    private const int LoopFrom = 5;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact, Spec("MQTT-3.1.4-3")]
    [Demand("C6")]
    public async Task CONNECT_FromClient_TakesOverForTheFirstTimes_IsAnsweredAtOnce()
    {
        await using TestBroker broker = Slowing();
        TestClient last = await broker.ConnectV5Async("c");
        for (int i = 0; i < LoopFrom; i++)
        {
            TestClient next = await broker.ConnectV5Async("c");
            await last.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
            last = next;
        }
    }

    [Fact, Spec("MQTT-3.1.4-3")]
    [Demand("C6")]
    [Directive("takeover_delay_max")]
    public async Task CONNECT_FromClient_ItsClientIdIsFoughtOver_WaitsTwiceAsLongEachTime()
    {
        await using TestBroker broker = Slowing();
        TestClient last = await FightAsync(broker);
        foreach (int seconds in (int[])[1, 2, 4, 8])
        {
            TestClient next = await WaitingAsync(broker);
            await last.ExpectNothingAsync();
            for (int i = 1; i < seconds; i++)
            {
                broker.Advance(Second);
                await last.ExpectNothingAsync();
            }

            broker.Advance(Second);

            await last.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
            Assert.Equal(ReasonCode.Success, (await next.ReadAsync<ConnAckPacket>()).ReasonCode);
            last = next;
        }
    }

    [Fact]
    [Demand("C6")]
    public async Task CONNECT_FromClient_AnotherClientIdIsFoughtOver_IsAnsweredAtOnce()
    {
        await using TestBroker broker = Slowing();
        await FightAsync(broker);
        await WaitingAsync(broker);

        TestClient other = await broker.ConnectV5Async("d");

        await broker.ConnectV5Async("d");
        await other.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
    }

    [Fact]
    [Demand("C6")]
    public async Task CONNECT_FromClient_NobodyIsConnectedWithItsFoughtOverClientId_IsAnsweredAtOnce()
    {
        await using TestBroker broker = Slowing();
        TestClient last = await FightAsync(broker);

        await last.DisconnectAsync();

        await broker.ConnectV5Async("c");
    }

    [Fact]
    [Demand("C6")]
    public async Task CONNECT_FromClient_WaitsAndTheOtherClientLeaves_IsAnsweredThen()
    {
        await using TestBroker broker = Slowing();
        TestClient last = await FightAsync(broker);
        TestClient waiting = await WaitingAsync(broker);

        await last.DisconnectAsync();

        await waiting.ReadAsync<ConnAckPacket>();
    }

    [Fact]
    public async Task CONNECT_FromClient_WaitsWithPacketsBehindIt_TheyAreHandledInItsTurn()
    {
        await using TestBroker broker = Slowing();
        await FightAsync(broker);
        TestClient waiting = await WaitingAsync(broker);
        await waiting.SendAsync(new SubscribePacket(1, 0, [new SubscriptionRequest("a", 0)]));
        await waiting.PublishAsync(new("a", "x"));

        broker.Advance(Second);

        await waiting.ReadAsync<ConnAckPacket>();
        await waiting.ReadAsync<SubAckPacket>();
        await waiting.ExpectPublishAsync("a", "x");
    }

    [Fact]
    public async Task CONNECT_FromClient_WaitsWithMoreBehindItThanIsRead_IsAnsweredInItsTurn()
    {
        await using TestBroker broker = Slowing();
        await FightAsync(broker);
        TestClient waiting = await WaitingAsync(broker);
        string large = new('x', 50_000);
        for (int i = 0; i < 3; i++) await waiting.PublishAsync(new("a", large));

        broker.Advance(Second);

        await waiting.ReadAsync<ConnAckPacket>();
        await waiting.ExpectNothingAsync();
    }

    [Fact]
    public async Task CONNECT_FromClient_WaitsAndGoesAway_NobodyIsTakenOver()
    {
        await using TestBroker broker = Slowing();
        TestClient last = await FightAsync(broker);
        TestClient waiting = await WaitingAsync(broker);

        await waiting.BreakOffAsync();

        broker.Advance(Second);
        await last.ExpectNothingAsync();
    }

    // The keep alive counts from CONNACK on.
    [Fact]
    public async Task CONNECT_FromClient_WaitsLongerThanItsKeepAlive_IsAnswered()
    {
        await using TestBroker broker = Slowing();
        await FightAsync(broker, takeovers: LoopFrom + 3);
        TestClient waiting = await WaitingAsync(broker, packet => packet with { KeepAliveSeconds = 1 });

        for (int i = 0; i < 8; i++) broker.Advance(Second);

        await waiting.ReadAsync<ConnAckPacket>();
    }

    [Fact]
    public async Task CONNECT_FromClient_SoManyWaitWithItsClientIdAlready_IsToldServerBusy()
    {
        await using TestBroker broker = Slowing();
        TestClient last = await FightAsync(broker);
        for (int i = 0; i < 16; i++) await WaitingAsync(broker);

        TestClient refused = await WaitingAsync(broker);

        Assert.Equal(ReasonCode.ServerBusy, (await refused.ReadAsync<ConnAckPacket>()).ReasonCode);
        await refused.ExpectClosedAsync();
        await last.ExpectNothingAsync();
    }

    // Who is refused comes back at once; a thousand who do that are no better than those who fight.
    [Fact]
    public async Task CONNECT_FromClient_AThousandWaitWithOtherClientIds_WaitsForItsTurn()
    {
        await using TestBroker broker = Slowing();
        for (int id = 0; id < 63; id++)
        {
            await FightAsync(broker, with: (_, packet) => packet with { ClientId = $"client{id}" });
            for (int i = 0; i < 16; i++) await WaitingAsync(broker, packet => packet with { ClientId = $"client{id}" });
        }
        await FightAsync(broker);
        TestClient waiting = await WaitingAsync(broker);

        broker.Advance(Second);

        Assert.Equal(ReasonCode.Success, (await waiting.ReadAsync<ConnAckPacket>()).ReasonCode);
    }

    // Three fight: the third does not wait for ever while the others have their turns.
    [Fact]
    public async Task CONNECT_FromClient_OthersHadItsTurnForAsLongAsOneWaits_IsToldServerBusy()
    {
        await using TestBroker broker = Slowing(TimeSpan.FromSeconds(2));
        await FightAsync(broker, takeovers: LoopFrom + 2);
        TestClient[] waiting = [await WaitingAsync(broker), await WaitingAsync(broker), await WaitingAsync(broker)];

        // No longer: who asks again late would find that it is its turn.
        for (int i = 0; i < 2; i++) broker.Advance(Second);

        ReasonCode[] answers = await Task.WhenAll(waiting.Select(async one => (await one.ReadAsync<ConnAckPacket>()).ReasonCode));
        Assert.Equal([ReasonCode.Success, ReasonCode.ServerBusy, ReasonCode.ServerBusy], answers.Order());
    }

    [Fact]
    public async Task CONNECT_FromClient_TheBrokerStopsWhileItWaits_EndsAtOnce()
    {
        await using TestBroker broker = Slowing();
        await FightAsync(broker);
        await WaitingAsync(broker);

        broker.Engine.BeginStop();

        await broker.AllEndedAsync();
    }

    // Whoever was silent for longer than its keep alive may well have gone: the device comes back by another way.
    [Fact]
    [Demand("C6")]
    public async Task CONNECT_FromClient_TheOldConnectionsWereSilent_IsNeverSlowedDown()
    {
        await using TestBroker broker = Slowing();
        for (int i = 0; i < 20; i++)
        {
            await broker.ConnectV5Async("c", packet => packet with { KeepAliveSeconds = 1 });
            // Beyond its keep alive, and within the half more after which it is closed.
            broker.Advance(Second * 2);
        }

        Assert.Equal(0, broker.Engine.Takeovers.LoopCount);
    }

    [Fact]
    [Demand("C6")]
    public async Task CONNECT_FromClient_TheFightWasOverForAWhile_IsAnsweredAtOnceAgain()
    {
        await using TestBroker broker = Slowing();
        await FightAsync(broker);
        Assert.Equal(1, broker.Engine.Takeovers.LoopCount);

        for (int i = 0; i < 122; i++) broker.Advance(Second);

        Assert.Equal(0, broker.Engine.Takeovers.LoopCount);
        Assert.Single(broker.Log.Lines.All, line => line == "Client id c is not fought over any more.");
        await broker.ConnectV5Async("c");
        await broker.ConnectV5Async("c");
    }

    [Fact]
    [Demand("C6")]
    public async Task LOG_OfBroker_AClientIdIsFoughtOver_NamesBothPeersInOneLine()
    {
        await using TestBroker broker = Slowing(TimeSpan.Zero);
        for (int i = 0; i < 100; i++)
            await broker.ConnectV5Async("c", packet => packet with { UserName = i % 2 == 0 ? "even" : null });

        string line = Assert.Single(broker.Log.Lines.All, line => line.Contains("is used by several", StringComparison.Ordinal));
        Assert.Equal(
            "Client id c is used by several clients that take its session from each other: 127.0.0.1:40004 (user 'even') and "
            + "127.0.0.1:40005 (no user), 5 takeovers in 0 seconds. They are not slowed down (takeover_delay_max 0).", line);
    }

    [Fact]
    [Demand("C6")]
    public async Task LOG_OfBroker_ManyClientIdsAreFoughtOver_NamesEachOnce()
    {
        await using TestBroker broker = Slowing();
        string[] ids = [.. Enumerable.Range(100, 450).Select(i => $"client{i}")];
        foreach (string id in ids) await FightAsync(broker, with: (_, packet) => packet with { ClientId = id });

        broker.Advance(Second);

        string[] lines = [.. broker.Log.Lines.All.Where(line => line.Contains("used by several", StringComparison.Ordinal))];
        Assert.Equal(20, lines.Count(line => line.StartsWith("Client id client", StringComparison.Ordinal)));
        Assert.Equal(ids, lines.SelectMany(line => ClientIdsIn(line)).Order());
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 4200));
        Assert.All(lines, line => Assert.EndsWith("slowed down, to one takeover in 30 seconds at the end.", line));

        for (int i = 0; i < 122; i++) broker.Advance(Second);

        lines = [.. broker.Log.Lines.All.Where(line => line.Contains("fought over any more", StringComparison.Ordinal))];
        Assert.Equal(ids, lines.SelectMany(line => ClientIdsIn(line)).Order());
    }

    [Fact]
    [Demand("C6")]
    public async Task SYS_OfBroker_AClientIdIsFoughtOver_NamesBothPeers()
    {
        await using TestBroker broker = Slowing();
        broker.Engine.Heartbeat.Register(new SysTree(broker.Engine, "test"));
        TestClient watcher = await broker.ConnectV5Async("watcher");
        await watcher.SubscribeAsync("$SYS/broker/takeovers/#");
        await watcher.ExpectNothingAsync();
        await FightAsync(broker, with: (i, packet) => packet with { UserName = $"u{i % 2}" });

        for (int i = 0; i < 10; i++) broker.Advance(Second);

        await watcher.ExpectPublishAsync("$SYS/broker/takeovers/loops", "1");
        ReceivedPublish peers = await watcher.ReadAsync<ReceivedPublish>();
        Assert.Equal("$SYS/broker/takeovers/peers", peers.Topic);
        using JsonDocument document = JsonDocument.Parse(peers.Text);
        JsonElement loop = Assert.Single(document.RootElement.EnumerateArray());
        Assert.Equal(("c", 5), (loop.GetProperty("client_id").GetString(), loop.GetProperty("takeovers").GetInt32()));
        Assert.Equal(
            [("127.0.0.1:40005", "u0"), ("127.0.0.1:40006", "u1")],
            loop.GetProperty("peers").EnumerateArray().Select(peer =>
                (peer.GetProperty("address").GetString(), peer.GetProperty("user").GetString())));

        for (int i = 0; i < 130; i++) broker.Advance(Second);

        await watcher.ExpectPublishAsync("$SYS/broker/takeovers/loops", "0");
        await watcher.ExpectPublishAsync("$SYS/broker/takeovers/peers", "[]");
    }

    // Thousands of the longest that fit into a CONNECT would be hundreds of MiB.
    [Theory]
    [InlineData(200, 200, 1)]
    [InlineData(2000, 10, 0)]
    [InlineData(10, 2000, 0)]
    public async Task Fights_OfLongClientIdsOrUserNames_AreNotRemembered(int clientIdLength, int userNameLength, int loops)
    {
        await using TestBroker broker = Slowing();
        string clientId = new('c', clientIdLength);
        await FightAsync(
            broker, with: (_, packet) => packet with { ClientId = clientId, UserName = new string('u', userNameLength) });
        Assert.Equal(loops, broker.Engine.Takeovers.LoopCount);
    }

    private static IEnumerable<string> ClientIdsIn(string line) =>
        Regex.Matches(line, "client[0-9]+").Select(static match => match.Value);

    private static TestBroker Slowing(TimeSpan? delayMax = null) => new(options => options with
    {
        Limits = new LimitOptions { TakeoverDelayMax = delayMax ?? TimeSpan.FromSeconds(30) },
    });

    /// <summary>Takes over as often as it takes to be a loop, or more often and slowed down.</summary>
    /// <returns>Who has the session.</returns>
    private static async Task<TestClient> FightAsync(
        TestBroker broker, int takeovers = LoopFrom, Func<int, ConnectPacket, ConnectPacket>? with = null)
    {
        TestClient last = null!;
        for (int i = 0; i <= takeovers; i++)
        {
            last = await WaitingAsync(broker, packet => with is null ? packet : with(i, packet));
            int seconds = i <= LoopFrom ? 0 : Math.Min(30, 1 << (i - LoopFrom - 1));
            for (int second = 0; second < seconds; second++) broker.Advance(Second);
            await last.ReadAsync<ConnAckPacket>();
        }
        return last;
    }

    /// <summary>A client whose CONNECT was looked at when this returns, whatever came of it.</summary>
    private static async Task<TestClient> WaitingAsync(TestBroker broker, Func<ConnectPacket, ConnectPacket>? with = null)
    {
        TestClient client = broker.Open(Mqtt50, isInline: true);
        var packet = new ConnectPacket { Version = Mqtt50, ClientId = "c", CleanStart = true };
        await client.SendAsync(with is null ? packet : with(packet));
        return client;
    }
}
