using System.Net;
using Broker.ConformanceTests.Mqtt5;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Security.Bans;
using Broker.TestKit;
using static Broker.Protocol.ProtocolVersion;

namespace Broker.ConformanceTests.Limits;

/// <summary>Who is banned by itself: client ids that come and go, addresses that guess passwords.</summary>
public sealed class BanRateTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly BanRate Rate = new(3, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(300));
    private static readonly IPAddress Guesser = IPAddress.Parse("192.0.2.7");

    [Fact]
    [Directive("flapping_max_count"), Directive("flapping_ban_time")]
    public async Task Client_OfWhichMoreThanFlappingMaxCountConnectionsEnd_IsBannedForFlappingBanTimeAndNoLonger()
    {
        await using BanningBroker banning = new(static bans => bans with { Flapping = Rate });
        TestBroker broker = banning.Broker;
        for (int i = 0; i < 3; i++) await ComeAndGoAsync(broker);
        Assert.Equal(0, banning.Bans.Count);
        TestClient last = await broker.ConnectV5Async("c", BanningBroker.AsAnn);
        await last.BreakOffAsync();

        Ban ban = Assert.Single(banning.Bans.All);
        Assert.Equal(
            ("clientid c", "flapping", "4 connections ended within 60 seconds", 300_000L),
            (ban.Target.Key, ban.By, ban.Reason, ban.Until - ban.At));
        Assert.Contains(broker.Log.Lines.All, static line => line.Contains("is banned for 300 seconds"));
        // Whoever goes on trying is not banned for longer.
        for (int i = 0; i < 299; i++)
        {
            broker.Advance(Second);
            Assert.Equal(ReasonCode.Banned, (await broker.OpenV5().TryConnectAsync("c", BanningBroker.AsAnn)).ReasonCode);
        }
        broker.Advance(Second);
        await ComeAndGoAsync(broker);
        await broker.ConnectV5Async("c", BanningBroker.AsAnn);
    }

    [Fact]
    [Directive("flapping_window_time")]
    public async Task Client_WhoseConnectionsEndFurtherApart_IsNotBanned()
    {
        await using BanningBroker banning = new(static bans => bans with { Flapping = Rate });
        for (int i = 0; i < 12; i++)
        {
            await ComeAndGoAsync(banning.Broker);
            banning.Broker.Advance(TimeSpan.FromSeconds(21));
        }
        Assert.Equal(0, banning.Bans.Count);
        banning.Broker.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(0, banning.Broker.Engine.Flapping.Count);
    }

    // Or whoever has no password could have any client banned.
    [Fact]
    public async Task Clients_ThatHaveNotAuthenticated_BanNobody()
    {
        await using BanningBroker banning = new(static bans => bans with { Flapping = Rate });
        for (int i = 0; i < 10; i++)
        {
            TestClient stranger = await banning.Broker.ConnectV5Async("c");
            await stranger.DisconnectAsync();
            TestClient wrong = banning.Broker.OpenV5();
            await wrong.TryConnectAsync("c", static packet => BanningBroker.As(packet, "ann", "wrong"));
            await wrong.ExpectClosedAsync();
        }
        Assert.Equal((0, 0), (banning.Bans.Count, banning.Broker.Engine.Flapping.Count));
    }

    // takeover_delay_max takes care of them: the other one may be whom the client id belongs to.
    [Fact]
    public async Task Clients_ThatTakeASessionFromEachOtherOrAreThrownOut_AreNotCounted()
    {
        await using BanningBroker banning = new(static bans => bans with { Flapping = Rate });
        TestBroker broker = banning.Broker;
        TestClient last = await broker.ConnectV5Async("c", BanningBroker.AsAnn);
        for (int i = 0; i < 10; i++)
        {
            TestClient next = await broker.ConnectV5Async("c", BanningBroker.AsAnn);
            await last.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
            last = next;
        }
        for (int i = 0; i < 10; i++)
        {
            Assert.Single(broker.Engine.Connections).TryClose(Connections.CloseReason.AdministrativeAction);
            await last.ExpectDisconnectAsync(ReasonCode.AdministrativeAction);
            last = await broker.ConnectV5Async("c", BanningBroker.AsAnn);
        }
        Assert.Equal((0, 0), (banning.Bans.Count, broker.Engine.Flapping.Count));
    }

    [Fact]
    public async Task Without_directives_nobody_is_banned()
    {
        await using BanningBroker banning = new();
        for (int i = 0; i < 30; i++)
        {
            await ComeAndGoAsync(banning.Broker);
            await GuessAsync(banning.Broker, Guesser);
        }
        Assert.Equal((0, 0), (banning.Broker.Engine.Flapping.Count, banning.Broker.Engine.FailedLogins.Count));
        Assert.Equal(0, banning.Bans.Count);
    }

    [Fact]
    [Directive("failed_login_max_count"), Directive("failed_login_ban_time"), Directive("failed_login_window_time")]
    public async Task Address_WithMoreThanFailedLoginMaxCountWrongPasswords_IsBannedForFailedLoginBanTime()
    {
        await using BanningBroker banning = new(static bans => bans with { FailedLogin = Rate });
        TestBroker broker = banning.Broker;
        TestClient inside = broker.Open(Mqtt50, address: Guesser);
        await inside.ConnectAsync("inside", BanningBroker.AsAnn);
        // Further apart than the window, and mistakes that are none of the address.
        for (int i = 0; i < 8; i++)
        {
            await GuessAsync(broker, Guesser);
            broker.Advance(TimeSpan.FromSeconds(21));
        }
        Assert.Equal(0, banning.Bans.Count);
        broker.Advance(TimeSpan.FromSeconds(60));
        for (int i = 0; i < 4; i++) await GuessAsync(broker, Guesser);

        Ban ban = Assert.Single(banning.Bans.All);
        Assert.Equal(("peerhost 192.0.2.7", "failed_login"), (ban.Target.Key, ban.By));
        for (int i = 0; i < 299; i++)
        {
            broker.Advance(Second);
            await broker.Open(address: Guesser).ExpectClosedAsync();
        }
        await inside.PingFenceAsync();
        broker.Advance(Second);
        await broker.Open(Mqtt50, address: Guesser).ConnectAsync("outside", BanningBroker.AsAnn);
    }

    // A mobile network or a cloud gives whoever asks another address of the /64 each time.
    [Fact]
    public async Task Address_OfIPv6_IsBannedWithItsNetworkAndLoopbackNever()
    {
        await using BanningBroker banning = new(static bans => bans with { FailedLogin = Rate });
        for (int i = 0; i < 4; i++)
        {
            await GuessAsync(banning.Broker, IPAddress.Loopback);
            await GuessAsync(banning.Broker, IPAddress.IPv6Loopback);
            await GuessAsync(banning.Broker, IPAddress.Parse($"2001:db8::{i}"));
        }
        Assert.Equal("peerhost_net 2001:db8::/64", Assert.Single(banning.Bans.All).Target.Key);
    }

    [Fact]
    public async Task Address_ThatFailsByScram_IsCountedToo()
    {
        await using BanningBroker banning = new(static bans => bans with { FailedLogin = Rate with { CountMax = 1 } });
        for (int i = 0; i < 2; i++)
        {
            ScramClient scram = new("ann", "wrong");
            TestClient client = banning.Broker.Open(Mqtt50, address: Guesser);
            await client.SendAsync(new ConnectPacket
            {
                Version = Mqtt50, ClientId = "c", CleanStart = true, AuthenticationMethod = ScramClients.Method,
                AuthenticationData = scram.First,
            });
            await client.ProveAsync(scram);
            Assert.Equal(ReasonCode.NotAuthorized, (await client.ReadAsync<ConnAckPacket>()).ReasonCode);
        }
        Assert.Single(banning.Bans.All);
    }

    [Fact]
    public async Task Rates_MakeHalfOfMaxBans()
    {
        await using BanningBroker banning = new(static bans => bans with { Flapping = Rate with { CountMax = 0 }, CountMax = 4 });
        TestBroker broker = banning.Broker;
        BanGateOf(broker, "1");
        BanGateOf(broker, "2");
        BanGateOf(broker, "3");
        broker.Ban("clientid", "4");
        broker.Ban("clientid", "5");
        broker.Ban("clientid", "6");
        Assert.Equal(["1", "2", "4", "5"], banning.Bans.All.Select(static ban => ban.Target.Who).Order());
        Assert.Contains(broker.Log.Lines.All, static line => line.Contains("clientid 3 is not banned: rates have made"));
        Assert.Equal(ReasonCode.Banned, (await broker.OpenV5().TryConnectAsync("2")).ReasonCode);

        static void BanGateOf(TestBroker broker, string who) => broker.Engine.Bans.BanByRate(
            new BanTarget(BanKind.Clientid, who), BanMaker.Flapping, "test", TimeSpan.FromMinutes(1));
    }

    private static async Task ComeAndGoAsync(TestBroker broker)
    {
        TestClient client = await broker.ConnectV5Async("c", BanningBroker.AsAnn);
        await client.DisconnectAsync();
    }

    private static async Task GuessAsync(TestBroker broker, IPAddress address)
    {
        TestClient client = broker.Open(Mqtt50, address: address);
        ConnAckPacket answer = await client.TryConnectAsync("g", static packet => BanningBroker.As(packet, "ann", "wrong"));
        Assert.Equal(ReasonCode.NotAuthorized, answer.ReasonCode);
        await client.ExpectClosedAsync();
    }
}
