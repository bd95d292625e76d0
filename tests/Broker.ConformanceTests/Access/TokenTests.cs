using System.Text;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Processes;
using static Broker.Protocol.PacketType;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Access;

/// <summary>Tokens in the place of passwords: who a client is by them, what it may, and how long.</summary>
public sealed class TokenTests : IDisposable
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    private readonly TemporaryFolder _folder = new();
    private readonly TokenSigner _signer = TokenSigner.Secret(Secret);

    public void Dispose()
    {
        _folder.Dispose();
        _signer.Dispose();
    }

    [Theory]
    [InlineData(ProtocolVersion.Mqtt311)]
    [InlineData(ProtocolVersion.Mqtt50)]
    public async Task CONNECT_FromClient_WithToken_IsWhoTheTokenSays(ProtocolVersion version)
    {
        string list = _folder.Write("acl", "user ann\ntopic readwrite of/ann\nuser bob\ntopic readwrite #\n");
        await using TestBroker broker = Start(with: security => security with { AclFile = list });
        TestClient client = broker.Open(version);

        await client.ConnectAsync("c", packet => As(packet, "bob", Token(broker, "ann")));

        await client.SubscribeAsync("#", AtLeastOnce);
        await client.PublishAsync(new("of/bob", "", AtLeastOnce));
        await client.PublishAsync(new("of/ann", "mine", AtLeastOnce));
        await client.DrainToPingAsync();
        Assert.Equal("ann", Assert.Single(broker.Engine.Connections).Parameters!.UserName);
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.NotAuthorized));
    }

    [Fact]
    public async Task CONNECT_FromClient_WithTokenAndNoName_IsLetIn()
    {
        await using TestBroker broker = Start();
        TestClient client = broker.Open(ProtocolVersion.Mqtt50);

        await client.ConnectAsync("c", packet => packet with { Password = Bytes(Token(broker, "ann")) });

        await client.PingFenceAsync();
    }

    [Theory]
    [InlineData(ProtocolVersion.Mqtt311, false, "ann", "secret")]
    [InlineData(ProtocolVersion.Mqtt311, true, "ann", "secret")]
    [InlineData(ProtocolVersion.Mqtt50, true, null, "secret")]
    [InlineData(ProtocolVersion.Mqtt50, true, "ann", null)]
    [InlineData(ProtocolVersion.Mqtt50, true, "ann", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.")]
    public async Task CONNECT_FromClient_WithWhatIsNoToken_IsRefusedAlsoWhereStrangersAreLetIn(
        ProtocolVersion version, bool allowAnonymous, string? user, string? password)
    {
        await using TestBroker broker = Start(with: security => security with { AllowAnonymous = allowAnonymous });
        TestClient client = broker.Open(version);

        ConnAckPacket answer = await client.TryConnectAsync(
            "c", packet => packet with { UserName = user, Password = password is null ? null : Bytes(password) });

        Assert.Equal(ReasonCode.NotAuthorized, answer.ReasonCode);
        await client.ExpectClosedAsync();
    }

    [Theory]
    [InlineData(true, ReasonCode.Success)]
    [InlineData(false, ReasonCode.NotAuthorized)]
    public async Task CONNECT_FromClient_WithNothing_IsAMatterOfAllowAnonymous(bool allowAnonymous, ReasonCode answer)
    {
        await using TestBroker broker = Start(with: security => security with { AllowAnonymous = allowAnonymous });

        Assert.Equal(answer, (await broker.Open(ProtocolVersion.Mqtt50).TryConnectAsync()).ReasonCode);
    }

    [Fact]
    public async Task CONNECT_FromClient_NameOfThePasswordFile_IsJudgedByThatAlone()
    {
        string passwords = _folder.Write("passwords", "ann:secret\n");
        await using TestBroker broker = Start(
            with: security => security with { PasswordFile = passwords },
            change: options => options with { AllowPlainTextPasswords = true });

        Assert.Equal(ReasonCode.Success, await Answer("ann", "secret"));
        Assert.Equal(ReasonCode.NotAuthorized, await Answer("ann", Token(broker, "ann")));
        Assert.Equal(ReasonCode.Success, await Answer("bob", Token(broker, "ann")));
        Assert.Equal(ReasonCode.NotAuthorized, await Answer("bob", "secret"));

        async Task<ReasonCode> Answer(string user, string password) =>
            (await broker.Open(ProtocolVersion.Mqtt50).TryConnectAsync(user, packet => As(packet, user, password))).ReasonCode;
    }

    [Theory]
    [InlineData("sensor-1", ReasonCode.Success)]
    [InlineData("sensor-2", ReasonCode.NotAuthorized)]
    [InlineData("", ReasonCode.NotAuthorized)]
    [Directive("jwt_clientid_claim")]
    public async Task CONNECT_FromClient_ClientIdOfAnotherToken_IsRefused(string clientId, ReasonCode expected)
    {
        await using TestBroker broker = Start(jwt => jwt with { ClientIdClaim = "cid" });
        string token = Token(broker, "ann", ",\"cid\":\"sensor-1\"");

        ConnAckPacket answer = await broker.Open(ProtocolVersion.Mqtt50).TryConnectAsync(
            clientId, packet => As(packet, "x", token));

        Assert.Equal(expected, answer.ReasonCode);
    }

    [Fact]
    public async Task CONNECT_FromClient_NameAsClientId_IsTheTokensName()
    {
        await using TestBroker broker = Start(
            jwt => jwt with { ClientIdClaim = "sub" }, listener: listener => listener with { UseUsernameAsClientId = true });
        TestClient client = broker.Open(ProtocolVersion.Mqtt50);

        await client.ConnectAsync("whatever", packet => As(packet, "x", Token(broker, "ann")));

        Assert.Equal("ann", Assert.Single(broker.Engine.Connections).Parameters!.ClientId);
    }

    [Fact]
    public async Task PUBLISH_FromClient_ByTheRulesOfItsToken_IsTakenOrRefused()
    {
        await using TestBroker broker = Start(jwt => jwt with { AclClaim = "acl" });
        TestClient client = broker.Open(ProtocolVersion.Mqtt50);
        await client.ConnectAsync("c1", packet => As(
            packet, "x", Token(broker, "ann", ",\"acl\":{\"pub\":[\"up/%c\",\"down/#\"],\"sub\":[\"down/%u/#\"]}")));
        await client.SubscribeAsync("#", AtLeastOnce);

        ushort refused = await client.PublishAsync(new("up/c2", "", AtLeastOnce));
        await client.ExpectAckAsync(PubAck, refused, ReasonCode.NotAuthorized);
        ushort unread = await client.PublishAsync(new("up/c1", "", AtLeastOnce));
        await client.ExpectAckAsync(PubAck, unread, ReasonCode.NoMatchingSubscribers);
        await client.PublishAsync(new("down/bob", "not mine"));
        await client.PublishAsync(new("down/ann/x", "mine"));
        await client.ExpectPublishAsync("down/ann/x", "mine");
    }

    [Fact]
    public async Task PUBLISH_FromClient_RulesAndAccessList_JoinAndWhatOneDeniesTheOtherDoesNotGive()
    {
        string list = _folder.Write("acl", "user ann\ntopic write list\ntopic deny secret/#\npattern write all/%u\n");
        await using TestBroker broker = Start(
            jwt => jwt with { AclClaim = "acl" }, security => security with { AclFile = list });
        TestClient client = broker.Open(ProtocolVersion.Mqtt50);
        await client.ConnectAsync("c", packet => As(
            packet, "x", Token(broker, "ann", ",\"acl\":[\"write token\",\"write secret/a\",\"deny all/ann\"]")));

        foreach ((string topic, bool isAllowed) in ((string, bool)[])
            [("list", true), ("token", true), ("secret/a", false), ("all/ann", false), ("none", false)])
        {
            Task<ushort> publishing = client.PublishAsync(new(topic, "", AtLeastOnce));
            await client.ExpectAckAsync(
                PubAck, await publishing, isAllowed ? ReasonCode.NoMatchingSubscribers : ReasonCode.NotAuthorized);
        }
    }

    [Fact]
    public async Task PUBLISH_FromServer_AfterAnotherToken_IsByTheRulesOfThatOne()
    {
        await using TestBroker broker = Start(jwt => jwt with { AclClaim = "acl" });
        TestClient first = await ConnectPersistentAsync(",\"acl\":{\"sub\":[\"a\",\"b\"]}");
        await first.SubscribeAsync("#", AtLeastOnce);
        await first.CloseAsync();
        TestClient publisher = broker.Open();
        await publisher.ConnectAsync("p", packet => As(packet, "x", Token(broker, "p", ",\"acl\":{\"pub\":[\"#\"]}")));
        foreach (string topic in (string[])["a", "b", "c"]) await publisher.PublishAsync(new(topic, topic, AtLeastOnce));
        await publisher.DrainToPingAsync();

        TestClient again = await ConnectPersistentAsync(",\"acl\":{\"sub\":[\"b\",\"c\"]}");

        await again.ExpectPublishAsync("b", "b");
        await again.ExpectNothingAsync();
        await publisher.PublishAsync(new("c", "now", AtLeastOnce));
        await again.ExpectPublishAsync("c", "now");

        async Task<TestClient> ConnectPersistentAsync(string rules)
        {
            TestClient client = broker.Open();
            await client.ConnectAsync("s", packet => As(packet, "x", Token(broker, "ann", rules)) with { CleanStart = false });
            return client;
        }
    }

    [Fact]
    public async Task CONNECT_FromClient_WithAWillThatItsTokenDoesNotAllow_IsRefused()
    {
        await using TestBroker broker = Start(jwt => jwt with { AclClaim = "acl" });
        string token = Token(broker, "ann", ",\"acl\":{\"pub\":[\"mine\"]}");

        foreach ((string topic, ReasonCode expected) in ((string, ReasonCode)[])
            [("others", ReasonCode.NotAuthorized), ("mine", ReasonCode.Success)])
        {
            Task<ConnAckPacket> connecting = broker.Open(ProtocolVersion.Mqtt50).TryConnectAsync(
                "c", packet => As(packet, "x", token) with { Will = new WillMessage { Topic = topic } });
            Assert.Equal(expected, (await connecting).ReasonCode);
        }
    }

    [Theory]
    [InlineData(ProtocolVersion.Mqtt311)]
    [InlineData(ProtocolVersion.Mqtt50)]
    public async Task DISCONNECT_FromServer_TokenHasExpired_EndsTheConnection(ProtocolVersion version)
    {
        await using TestBroker broker = Start();
        TestClient client = broker.Open(version);
        await client.ConnectAsync("c", packet => As(packet, "x", Token(broker, "ann")) with { KeepAliveSeconds = 0 });
        broker.Advance(TimeSpan.FromSeconds(3600 + 8));
        await client.PingFenceAsync();

        broker.Advance(TimeSpan.FromSeconds(3));

        await client.ExpectDisconnectAsync(ReasonCode.MaximumConnectTime);
    }

    [Fact]
    [Directive("jwt_disconnect_at_exp")]
    public async Task DISCONNECT_FromServer_TokenHasExpiredAndThatIsNotMeant_StaysAway()
    {
        await using TestBroker broker = Start(jwt => jwt with { DisconnectsAtExpiry = false });
        TestClient client = broker.Open();
        await client.ConnectAsync("c", packet => As(packet, "x", Token(broker, "ann")) with { KeepAliveSeconds = 0 });

        broker.Advance(TimeSpan.FromHours(2));

        await client.PingFenceAsync();
    }

    [Fact]
    public async Task CONNECT_FromClient_ANewTokenInTime_TakesTheSessionOver()
    {
        await using TestBroker broker = Start();
        TestClient old = broker.Open(ProtocolVersion.Mqtt50);
        await old.ConnectAsync("c", packet => As(packet, "x", Token(broker, "ann")) with { KeepAliveSeconds = 0 });
        broker.Advance(TimeSpan.FromMinutes(30));

        TestClient renewed = broker.Open(ProtocolVersion.Mqtt50);
        await renewed.ConnectAsync("c", packet => As(packet, "x", Token(broker, "ann")) with { KeepAliveSeconds = 0 });
        broker.Advance(TimeSpan.FromMinutes(45));

        await renewed.PingFenceAsync();
    }

    [Fact]
    public async Task CONNECT_FromClient_WithToken_IsCountedAsSuchAndSaidWhyNot()
    {
        await using TestBroker broker = Start();
        TestClient client = broker.Open(ProtocolVersion.Mqtt50);

        await client.TryConnectAsync("c", packet => As(packet, "x", Token(broker, "ann")[..^5] + "AAAAA"));

        await broker.Log.Lines.WaitForAsync("is not let in by its Token: no key here has signed it.");
    }

    private TestBroker Start(
        Func<JwtOptions, JwtOptions>? jwt = null, Func<ListenerSecurityOptions, ListenerSecurityOptions>? with = null,
        Func<BrokerOptions, BrokerOptions>? change = null, Func<ListenerOptions, ListenerOptions>? listener = null)
    {
        JwtOptions tokens = new() { SecretFile = _folder.Write("secret", Secret) };
        ListenerSecurityOptions security = new() { Jwt = jwt?.Invoke(tokens) ?? tokens };
        ListenerOptions one = new() { Security = with?.Invoke(security) ?? security };
        return new TestBroker(options =>
        {
            BrokerOptions made = options with { Listeners = [listener?.Invoke(one) ?? one] };
            return change?.Invoke(made) ?? made;
        });
    }

    private string Token(TestBroker broker, string subject, string more = "") =>
        _signer.For(subject, broker.Time.GetUtcNow(), more);

    private static ConnectPacket As(ConnectPacket packet, string user, string password) =>
        packet with { UserName = user, Password = Bytes(password) };

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
