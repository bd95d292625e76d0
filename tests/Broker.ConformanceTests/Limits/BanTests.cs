using System.Net;
using Broker.ConformanceTests.Mqtt5;
using Broker.Diagnostics;
using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Processes;
using static Broker.Protocol.ProtocolVersion;

namespace Broker.ConformanceTests.Limits;

/// <summary>Who is banned does not get in, and who is in goes.</summary>
public sealed class BanTests
{
    private static readonly IPAddress Elsewhere = IPAddress.Parse("192.0.2.7");

    [Theory]
    [InlineData(Mqtt31, ReasonCode.NotAuthorized)]
    [InlineData(Mqtt311, ReasonCode.NotAuthorized)]
    [InlineData(Mqtt50, ReasonCode.Banned)]
    public async Task CONNECT_FromClient_WithBannedClientId_IsRefused(ProtocolVersion version, ReasonCode reason)
    {
        await using TestBroker broker = new();
        broker.Ban("clientid", "c");

        TestClient banned = broker.Open(version);
        Assert.Equal(reason, (await banned.TryConnectAsync("c")).ReasonCode);

        await banned.ExpectClosedAsync();
        await broker.ConnectAsync("C", version);
        Assert.Equal(1, broker.Engine.Metrics.BansMet(BanKind.Clientid));
        Assert.Contains(broker.Log.Lines.All, static line =>
            line.Contains("Client c [127.0.0.1:40000] disconnected: banned: clientid, by ops (for a test)."));
    }

    // The name counts that the client has in the end: by its password, certificate or token.
    [Fact]
    public async Task CONNECT_FromClient_WithBannedUserName_IsRefusedWhenItIsKnownWhoItIs()
    {
        await using BanningBroker banning = new();
        TestBroker broker = banning.Broker;
        broker.Ban("username", "ann");
        broker.Ban("username", "by certificate");

        ConnAckPacket refused = await broker.OpenV5().TryConnectAsync("1", BanningBroker.AsAnn);
        ConnAckPacket wrong = await broker.OpenV5().TryConnectAsync("1", packet => BanningBroker.As(packet, "ann", "wrong"));
        ConnAckPacket certified = await broker.Open(Mqtt50, certificateUserName: "by certificate").TryConnectAsync("2");

        Assert.Equal(
            (ReasonCode.Banned, ReasonCode.NotAuthorized, ReasonCode.Banned),
            (refused.ReasonCode, wrong.ReasonCode, certified.ReasonCode));
        Assert.Equal(2, broker.Engine.Metrics.BansMet(BanKind.Username));
    }

    [Fact]
    public async Task CONNECT_FromClient_WhoseTokenHasABannedName_IsRefused()
    {
        using TemporaryFolder folder = new();
        const string Secret = "0123456789abcdef0123456789abcdef";
        using TokenSigner signer = TokenSigner.Secret(Secret);
        await using TestBroker broker = TestBroker.WithListener(listener => listener with
        {
            Security = new() { Jwt = new() { SecretFile = folder.Write("secret", Secret) } },
        });
        broker.Ban("username", "ann");
        string token = signer.For("ann", broker.Time.GetUtcNow());

        ConnAckPacket refused = await broker.OpenV5().TryConnectAsync("c", packet => BanningBroker.As(packet, "bob", token));

        Assert.Equal(ReasonCode.Banned, refused.ReasonCode);
    }

    [Theory]
    [InlineData("peerhost", "192.0.2.7", "192.0.2.7", "192.0.2.8")]
    [InlineData("peerhost", "192.0.2.7", "::ffff:192.0.2.7", "::ffff:192.0.2.8")]
    [InlineData("peerhost", "::ffff:192.0.2.7", "192.0.2.7", "192.0.2.8")]
    [InlineData("peerhost", "2001:DB8:0::1", "2001:db8::1", "2001:db8::2")]
    [InlineData("peerhost_net", "192.0.2.0/29", "192.0.2.7", "192.0.2.8")]
    [InlineData("peerhost_net", "192.0.2.0/29", "::ffff:192.0.2.7", "::ffff:192.0.2.8")]
    [InlineData("peerhost_net", "2001:db8::/32", "2001:db8:1::1", "2001:db9::1")]
    [InlineData("peerhost_net", "0.0.0.0/0", "192.0.2.7", "2001:db8::1")]
    [InlineData("peerhost_net", "::/0", "2001:db8::1", "192.0.2.7")]
    public async Task Connection_FromBannedAddress_IsClosedBeforeAnythingIsRead(
        string kind, string who, string inside, string outside)
    {
        await using TestBroker broker = new();
        broker.Ban(kind, who);

        for (int i = 0; i < 3; i++) await broker.Open(address: IPAddress.Parse(inside)).ExpectClosedAsync();

        await broker.Open(address: IPAddress.Parse(outside)).ConnectAsync("c");
        Assert.Equal(3, broker.Engine.Metrics.BansMet(kind == "peerhost" ? BanKind.Peerhost : BanKind.PeerhostNet));
        // One line, not one a connection.
        Assert.Single(broker.Log.Lines.All, static line => line.Contains("denied: banned: "));
    }

    [Theory]
    [InlineData("clientid", "c")]
    [InlineData("username", "ann")]
    [InlineData("peerhost", "192.0.2.7")]
    [InlineData("peerhost_net", "192.0.2.0/24")]
    public async Task Client_IsBannedWhileConnected_IsDisconnectedAndItsSessionStays(string kind, string who)
    {
        await using BanningBroker banning = new();
        TestBroker broker = banning.Broker;
        TestClient client = broker.Open(Mqtt50, address: Elsewhere);
        await client.ConnectAsync("c", packet => BanningBroker.AsAnn(packet) with
        {
            SessionExpiryIntervalSeconds = 100, Will = new WillMessage { Topic = "gone", Payload = "c"u8.ToArray() },
        });
        TestClient other = await broker.ConnectAsync("other");
        await other.SubscribeAsync("gone");
        TestClient silent = broker.Open(address: Elsewhere);

        broker.Ban(kind, who);

        await client.ExpectDisconnectAsync(ReasonCode.AdministrativeAction);
        Assert.Equal("gone", (await other.ReadAsync<ReceivedPublish>()).Topic);
        Assert.True(broker.Engine.Sessions.Registry.TryGet("c", out _));
        // Who has not said who it is: by its address, or not yet.
        if (kind.StartsWith("peerhost", StringComparison.Ordinal)) await silent.ExpectClosedAsync();
        else await silent.ConnectAsync("silent");
    }

    [Fact]
    public async Task Client_IsBannedWithoutBeingDisconnected_StaysUntilItLeavesOrAuthenticatesAgain()
    {
        using TemporaryFolder folder = new();
        await using TestBroker broker = ScramClients.NewBroker(folder);
        TestClient client = await broker.ConnectScramAsync(new ScramClient("ann", "secret"));
        broker.Ban("username", "ann", disconnects: false);
        await client.PingFenceAsync();

        await client.SendAuthAsync(ReasonCode.ReAuthenticate, new ScramClient("ann", "secret").First);

        await client.ExpectDisconnectAsync(ReasonCode.AdministrativeAction);
    }

    [Theory]
    [InlineData("clientid", "c")]
    [InlineData("username", "ann")]
    [InlineData("peerhost", "127.0.0.1")]
    public async Task Client_IsBannedBetweenChallengeAndProof_IsRefused(string kind, string who)
    {
        using TemporaryFolder folder = new();
        await using TestBroker broker = ScramClients.NewBroker(folder);
        ScramClient scram = new("ann", "secret");
        TestClient client = await broker.BeginAsync(scram);
        AuthPacket challenge = await client.ReadChallengeAsync();

        broker.Ban(kind, who, disconnects: false);
        await client.ContinueAsync(scram.Final(challenge.AuthenticationData!.Value.Span));

        Assert.Equal(ReasonCode.Banned, (await client.ReadAsync<ConnAckPacket>()).ReasonCode);
        Assert.Equal(0, broker.Engine.Sessions.Registry.Count);
    }

    // It waits for its turn, and is known by its parameters.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_IsBannedWhileItWaitsToTakeASessionOver_IsRefused(bool disconnects)
    {
        await using TestBroker broker = TestBroker.WithLimits(
            static limits => limits with { TakeoverDelayMax = TimeSpan.FromSeconds(30) });
        TestClient last = await broker.ConnectV5Async("c");
        for (int i = 0; i < 5; i++)
        {
            TestClient next = await broker.ConnectV5Async("c");
            await last.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
            last = next;
        }
        TestClient waiting = broker.Open(Mqtt50, address: Elsewhere);
        await waiting.SendAsync(new ConnectPacket { Version = Mqtt50, ClientId = "c", CleanStart = true });
        await last.PingFenceAsync();

        broker.Ban("peerhost", "192.0.2.7", disconnects: disconnects);
        if (!disconnects) broker.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(ReasonCode.Banned, (await waiting.ReadAsync<ConnAckPacket>()).ReasonCode);
        await last.PingFenceAsync();
    }

    // Nobody's session is taken over by who may not be there.
    [Fact]
    public async Task CONNECT_FromBannedAddressOrUser_WithTheClientIdOfAnother_LeavesThatOneAlone()
    {
        await using BanningBroker banning = new();
        TestClient owner = await banning.Broker.ConnectAsync("c");
        banning.Broker.Ban("username", "ann");
        Assert.Equal(
            ReasonCode.Banned, (await banning.Broker.OpenV5().TryConnectAsync("c", BanningBroker.AsAnn)).ReasonCode);
        await owner.PingFenceAsync();
    }

    [Fact]
    public async Task CONNECT_FromClient_WhoseBanIsOverOrLifted_IsLetInAndTheStoreForgetsTheBan()
    {
        ManualStateStore store = new() { CommitsAtOnce = true };
        await using BanningBroker banning = new(store: store);
        TestBroker broker = banning.Broker;
        broker.Ban("clientid", "c", TimeSpan.FromSeconds(10));
        broker.Ban("peerhost_net", "192.0.2.0/24", TimeSpan.FromSeconds(20));
        broker.Ban("username", "ann");
        Assert.Equal(ReasonCode.Banned, (await broker.OpenV5().TryConnectAsync("c")).ReasonCode);

        broker.Advance(TimeSpan.FromSeconds(10));
        await broker.ConnectAsync("c");
        broker.Advance(TimeSpan.FromSeconds(11));
        await broker.Open(address: Elsewhere).ConnectAsync("d");
        banning.Bans.Remove(new(BanKind.Username, "ann"), out _);
        await broker.ConnectV5Async("e", BanningBroker.AsAnn);

        Assert.Equal((0, 0), (banning.Bans.Count, banning.Bans.CountOf(BanKind.PeerhostNet)));
        Assert.Equal(3, store.Changes.OfType<BanPut>().Count());
        Assert.Equal(
            [new BanRemoved("clientid", "c"), new BanRemoved("peerhost_net", "192.0.2.0/24"), new BanRemoved("username", "ann")],
            store.Changes.OfType<BanRemoved>());
    }
}
