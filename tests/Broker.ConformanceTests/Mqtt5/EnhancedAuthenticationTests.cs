using System.Text;
using Broker.Configuration;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Security;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>The exchange between CONNECT and CONNACK, with SCRAM-SHA-512 (MQTT 5.0 section 4.12).</summary>
public sealed class EnhancedAuthenticationTests : IDisposable
{
    private static readonly TlsOptions Certified = new() { CertFile = "", KeyFile = "", UseIdentityAsUsername = true };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("MQTT-4.12.0-2"), Spec("MQTT-4.12.0-3"), Spec("MQTT-4.12.0-5")]
    public async Task CONNECT_FromClient_ScramWithThePassword_AuthThenConnackWithMethodAndServersProof()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        var scram = new ScramClient("ann", "secret");
        TestClient client = await broker.BeginAsync(scram);
        await client.ProveAsync(scram);
        ConnAckPacket answer = await client.ReadAsync<ConnAckPacket>();
        Assert.Equal((ReasonCode.Success, ScramClients.Method), (answer.ReasonCode, answer.AuthenticationMethod));
        Assert.Equal(scram.ServerFinal, answer.AuthenticationData!.Value.ToArray());
        await client.PingFenceAsync();
        Assert.Contains(broker.Log.Lines.All, line => line.EndsWith("u'ann').", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CONNECT_FromClient_ScramWhereTheUserNameIsTheClientId_IsTheNameOfTheExchange()
    {
        await using TestBroker broker =
            ScramClients.NewBroker(_folder, listener => listener with { UseUsernameAsClientId = true });
        await broker.ConnectScramAsync(new ScramClient("ann", "secret"));
        Assert.True(broker.Engine.Sessions.Registry.TryGet("ann", out _));
    }

    [Theory, Spec("MQTT-4.12.0-4")]
    [InlineData("ann", "wrong")]
    [InlineData("nobody", "secret")]
    [InlineData("bob", "secret")]
    public async Task CONNECT_FromClient_ScramThatFails_TheWholeExchangeThenNotAuthorized(string userName, string password)
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        var scram = new ScramClient(userName, password);
        TestClient client = await broker.BeginAsync(scram);
        AuthPacket challenge = await client.ReadChallengeAsync();
        byte[] data = challenge.AuthenticationData!.Value.ToArray();
        Assert.Matches("^r=clientnonce[A-Za-z0-9+/]{24},s=[A-Za-z0-9+/]{16},i=100$", Encoding.UTF8.GetString(data));
        await client.ContinueAsync(scram.Final(data));
        await client.ExpectBytesAsync("20 03 00 87 00");
        await client.ExpectClosedAsync();
        Assert.Equal(0, broker.Engine.Sessions.Registry.Count);
    }

    [Theory]
    [InlineData("ann", 0)]
    [InlineData("bob", 1)]
    [InlineData("nobody", 0)]
    public async Task CONNECT_FromClient_ScramOfAHashThatDoesNotFit_OnlyTheOperatorIsTold(string userName, int lines)
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        var scram = new ScramClient(userName, "wrong");
        TestClient client = await broker.BeginAsync(scram);
        await client.ProveAsync(scram);
        await client.ExpectBytesAsync("20 03 00 87 00");
        string[] told = [.. broker.Log.Lines.All.Where(line => line.Contains("SCRAM", StringComparison.Ordinal))];
        Assert.Equal(lines, told.Length);
        string file = _folder.File("passwords");
        string expected =
            "User 'bob' cannot log in with SCRAM-SHA-512: the password is kept as Sha512. Set it anew with: " +
            $"broker passwd -H sha512-pbkdf2 {file} bob";
        Assert.All(told, line => Assert.Equal(expected, line));
    }

    [Theory, Spec("MQTT-4.12.0-1")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("scram-sha-512")]
    [InlineData("SCRAM-SHA-512-PLUS")]
    [InlineData("")]
    public async Task CONNECT_FromClient_OtherMethod_RefusedAsBadAuthenticationMethod(string method)
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        var scram = new ScramClient("ann", "secret");
        TestClient client = await broker.BeginAsync(scram, packet => packet with { AuthenticationMethod = method });
        await client.ExpectBytesAsync("20 03 00 8c 00");
        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-4.12.0-1")]
    public async Task CONNECT_FromClient_ScramWithoutAPasswordFile_RefusedAsBadAuthenticationMethod()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.BeginAsync(new ScramClient("ann", "secret"));
        await client.ExpectBytesAsync("20 03 00 8c 00");
        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-4.12.0-1")]
    public async Task CONNECT_FromClient_ScramWhereCertificatesNameTheUsers_RefusedAsBadAuthenticationMethod()
    {
        await using TestBroker broker = ScramClients.NewBroker(
            _folder, listener => listener with { Tls = Certified });
        TestClient client = await broker.BeginAsync(new ScramClient("ann", "secret"));
        await client.ExpectBytesAsync("20 03 00 8c 00");
        await client.ExpectClosedAsync();
    }

    [Theory]
    [InlineData("ann", ReasonCode.Success)]
    [InlineData("", ReasonCode.Success)]
    [InlineData("bob", ReasonCode.NotAuthorized)]
    public async Task CONNECT_FromClient_ScramBesideAUserName_MustBeTheSameUser(string userName, ReasonCode reason)
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        var scram = new ScramClient("ann", "secret");
        TestClient client =
            await broker.BeginAsync(scram, packet => packet with { UserName = userName, Password = "x"u8.ToArray() });
        if (reason == ReasonCode.Success) await client.ProveAsync(scram);
        ConnAckPacket answer = await client.ReadAsync<ConnAckPacket>();
        Assert.Equal(reason, answer.ReasonCode);
    }

    [Theory]
    [InlineData("", ReasonCode.ProtocolError)]
    [InlineData("n,,n=ann", ReasonCode.ProtocolError)]
    [InlineData("p=tls-unique,,n=ann,r=abc", ReasonCode.NotAuthorized)]
    public async Task CONNECT_FromClient_ScramMessageRefused_ConnackWithItsReason(string message, ReasonCode reason)
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient client = await broker.BeginAsync(
            new ScramClient("ann", "secret"), packet => packet with { AuthenticationData = Encoding.UTF8.GetBytes(message) });
        ConnAckPacket answer = await client.ReadAsync<ConnAckPacket>();
        Assert.Equal(reason, answer.ReasonCode);
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task CONNECT_FromClient_ScramWithoutData_ProtocolError()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient client = await broker.BeginAsync(
            new ScramClient("ann", "secret"), packet => packet with { AuthenticationData = null });
        await client.ExpectBytesAsync("20 03 00 82 00");
        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.1.2-24")]
    public async Task CONNECT_FromClient_TakesNoPacketAsLargeAsTheChallenge_RefusedAsPacketTooLarge()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient client =
            await broker.BeginAsync(new ScramClient("ann", "secret"), packet => packet with { MaximumPacketSize = 60 });
        await client.ExpectBytesAsync("20 03 00 95 00");
        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.1.2-30"), Spec("MQTT-4.13.1-1")]
    [InlineData("c0 00")]
    [InlineData("30 04 00 01 'a' 00")]
    [InlineData("82 07 00 01 00 00 01 'a' 00")]
    [InlineData("d0 00")]
    [InlineData("10 0e 00 04 'MQTT' 05 02 00 00 00 00 01 'c'")]
    public async Task PACKET_FromClient_BetweenChallengeAndConnack_ProtocolError(string wire)
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient client = await broker.BeginAsync(new ScramClient("ann", "secret"));
        await client.ReadChallengeAsync();
        await client.SendBytesAsync(wire);
        await client.ExpectBytesAsync("20 03 00 82 00");
        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.1.2-30")]
    public async Task DISCONNECT_FromClient_BetweenChallengeAndConnack_ClosesWithoutAWord()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient client = await broker.BeginAsync(new ScramClient("ann", "secret"));
        await client.ReadChallengeAsync();
        await client.SendAsync(new DisconnectPacket { SessionExpiryIntervalSeconds = 1 });
        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-4.12.0-3"), Spec("MQTT-3.15.2-1"), Spec("MQTT-4.12.0-5")]
    [InlineData("f0 12 19 10 15 00 0d 'SCRAM-SHA-512'")]
    [InlineData("f0 12 00 10 15 00 0d 'SCRAM-SHA-512'")]
    [InlineData("f0 00")]
    [InlineData("f0 12 18 10 15 00 0d 'SCRAM-SHA-256'")]
    [InlineData("f0 12 18 10 15 00 0d 'SCRAM-SHA-512'")]
    [InlineData("f0 12 17 10 15 00 0d 'SCRAM-SHA-512'")]
    public async Task AUTH_FromClient_NotTheAnswerToTheChallenge_ProtocolError(string wire)
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient client = await broker.BeginAsync(new ScramClient("ann", "secret"));
        await client.ReadChallengeAsync();
        await client.SendBytesAsync(wire);
        await client.ExpectBytesAsync("20 03 00 82 00");
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task AUTH_FromClient_ProofOfAnEarlierConnection_IsNotAccepted()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        var scram = new ScramClient("ann", "secret");
        TestClient first = await broker.BeginAsync(scram);
        AuthPacket challenge = await first.ReadChallengeAsync();
        TestClient second = await broker.BeginAsync(scram);
        await second.ReadChallengeAsync();
        await second.ContinueAsync(scram.Final(challenge.AuthenticationData!.Value.Span));
        await second.ExpectBytesAsync("20 03 00 82 00");
        await second.ExpectClosedAsync();
    }

    [Fact]
    public async Task AUTH_FromClient_NeverComes_ConnectionClosesThirtySecondsAfterItsBeginning()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        broker.Advance(TimeSpan.FromSeconds(20));
        TestClient client = broker.OpenV5();
        broker.Advance(TimeSpan.FromSeconds(20));
        var scram = new ScramClient("ann", "secret");
        await client.SendAsync(new ConnectPacket
        {
            Version = ProtocolVersion.Mqtt50,
            AuthenticationMethod = ScramClients.Method,
            AuthenticationData = scram.First,
        });
        await client.ReadChallengeAsync();
        broker.Advance(TimeSpan.FromSeconds(12));
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task CONNECT_FromClient_NameAndPassword_StillServedBesideScram()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        await broker.ConnectV5Async("c", packet => packet with { UserName = "bob", Password = "secret"u8.ToArray() });
        await broker.ConnectAsync("d", with: packet => packet with { UserName = "ann", Password = "secret"u8.ToArray() });
    }

    // Neither is prepared by SASLprep: a client that does so must be given a name and a password that it leaves as they are.
    [Theory]
    [InlineData("J\u00fcrgen", "stra\u00dfe", ReasonCode.Success)]
    [InlineData("Ju\u0308rgen", "stra\u00dfe", ReasonCode.NotAuthorized)]
    [InlineData("J\u00fcrgen", "strasse", ReasonCode.NotAuthorized)]
    public async Task AUTH_FromClient_NameAndPasswordBeyondAscii_ComparedByteForByte(
        string userName, string password, ReasonCode reason)
    {
        byte[] secret = Encoding.UTF8.GetBytes("stra\u00dfe");
        string file = _folder.Write("umlauts", $"J\u00fcrgen:{PasswordHash.Create(PasswordHashKind.Sha512Pbkdf2, secret)}\n");
        await using TestBroker broker =
            TestBroker.WithListener(listener => listener with { Security = new() { PasswordFile = file } });
        var scram = new ScramClient(userName, password);
        TestClient client = await broker.BeginAsync(scram);
        await client.ProveAsync(scram);
        Assert.Equal(reason, (await client.ReadAsync<ConnAckPacket>()).ReasonCode);
    }

    [Fact]
    public async Task AUTH_FromClient_PasswordChangedSinceTheChallenge_RefusedAsNotAuthorized()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        var scram = new ScramClient("ann", "secret");
        TestClient client = await broker.BeginAsync(scram);
        AuthPacket challenge = await client.ReadChallengeAsync();
        _folder.Write("passwords", "");
        Assert.Empty(broker.Engine.Authenticator.Reload(broker.Options));
        await client.ContinueAsync(scram.Final(challenge.AuthenticationData!.Value.Span));
        await client.ExpectBytesAsync("20 03 00 87 00");
        await client.ExpectClosedAsync();
    }

    [Theory]
    [InlineData("secret", true)]
    [InlineData("wrong", false)]
    public async Task CONNECT_FromClient_ScramForAClientIdInUse_TakesOverWithTheProofAndNotBefore(string password, bool takesOver)
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient first = await broker.ConnectScramAsync(new ScramClient("ann", "secret"));
        var scram = new ScramClient("ann", password);
        TestClient second = await broker.BeginAsync(scram);
        AuthPacket challenge = await second.ReadChallengeAsync();
        await first.PingFenceAsync();
        await second.ContinueAsync(scram.Final(challenge.AuthenticationData!.Value.Span));
        ConnAckPacket answer = await second.ReadAsync<ConnAckPacket>();
        Assert.Equal(takesOver, answer.ReasonCode == ReasonCode.Success);
        if (takesOver) await first.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
        else await first.PingFenceAsync();
    }

    [Fact, Spec("MQTT-3.14.0-1")]
    public async Task CONNECTION_InServer_StopsBetweenChallengeAndProof_ClosesWithoutDisconnect()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient client = await broker.BeginAsync(new ScramClient("ann", "secret"));
        await client.ReadChallengeAsync();
        broker.Engine.BeginStop();
        await client.ExpectClosedAsync();
    }

    [Theory]
    [InlineData(4096, ReasonCode.ContinueAuthentication)]
    [InlineData(4097, ReasonCode.ProtocolError)]
    public async Task CONNECT_FromClient_ScramMessageOfManyBytes_FourThousandAndNinetySixAtMost(int bytes, ReasonCode reason)
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        var scram = new ScramClient("ann", "secret", nonce: new string('r', bytes - "n,,n=ann,r=".Length));
        TestClient client = await broker.BeginAsync(scram);
        object answer = await client.ReadAsync<object>();
        Assert.Equal(reason, answer is AuthPacket auth ? auth.ReasonCode : ((ConnAckPacket)answer).ReasonCode);
    }

    [Fact]
    public async Task AUTH_FromClient_NameWithCommaAndEqualsSign_Unescaped()
    {
        byte[] secret = "secret"u8.ToArray();
        string file = _folder.Write("odd", $"a,b=c:{PasswordHash.Create(PasswordHashKind.Sha512Pbkdf2, secret)}\n");
        await using TestBroker broker =
            TestBroker.WithListener(listener => listener with { Security = new() { PasswordFile = file } });
        await broker.ConnectScramAsync(new ScramClient("a,b=c", "secret"));
    }
}
