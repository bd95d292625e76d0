using System.Buffers;
using System.Text;
using Broker.Connections;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Security;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>AUTH after CONNACK (MQTT 5.0 section 4.12.1).</summary>
public sealed class ReauthenticationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("MQTT-4.12.1-1"), Spec("MQTT-4.12.0-5")]
    public async Task AUTH_FromClient_Reauthentication_ChallengeThenSuccessWithServersProof()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient client = await broker.ConnectScramAsync(new ScramClient("ann", "secret"));
        // As often as it likes.
        for (int round = 0; round < 3; round++)
        {
            var scram = new ScramClient("ann", "secret", nonce: $"round{round}");
            await client.SendAuthAsync(ReasonCode.ReAuthenticate, scram.First);
            await client.ProveAsync(scram);
            AuthPacket answer = await client.ReadAsync<AuthPacket>();
            Assert.Equal((ReasonCode.Success, ScramClients.Method), (answer.ReasonCode, answer.AuthenticationMethod));
            Assert.Equal(scram.ServerFinal, answer.AuthenticationData!.Value.ToArray());
        }
        await client.PingFenceAsync();
    }

    [Fact]
    public async Task PACKET_FromClient_DuringReauthentication_GoesOn()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient client = await broker.ConnectScramAsync(new ScramClient("ann", "secret"));
        await client.SubscribeAsync("a");
        var scram = new ScramClient("ann", "secret");
        await client.SendAuthAsync(ReasonCode.ReAuthenticate, scram.First);
        AuthPacket challenge = await client.ReadChallengeAsync();
        await client.HearItselfAsync();
        await client.ContinueAsync(scram.Final(challenge.AuthenticationData!.Value.Span));
        await client.ReadAsync<AuthPacket>();
        await client.HearItselfAsync();
    }

    [Fact, Spec("MQTT-4.12.1-2")]
    public async Task AUTH_FromClient_ReauthenticationFails_DisconnectsAsNotAuthorized()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient client = await broker.ConnectScramAsync(new ScramClient("ann", "secret"));
        var scram = new ScramClient("ann", "wrong");
        await client.SendAuthAsync(ReasonCode.ReAuthenticate, scram.First);
        await client.ProveAsync(scram);
        DisconnectPacket? answer = await client.ExpectDisconnectAsync(ReasonCode.NotAuthorized);
        Assert.Equal(EngineFaults.ReauthenticationFailed.Text, answer!.ReasonString);
    }

    [Fact, Spec("MQTT-4.12.1-2")]
    public async Task AUTH_FromClient_ReauthenticationAsAnother_DisconnectsAsNotAuthorized()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient client = await broker.ConnectScramAsync(new ScramClient("ann", "secret"));
        await client.SendAuthAsync(ReasonCode.ReAuthenticate, new ScramClient("bob", "secret").First);
        DisconnectPacket? answer = await client.ExpectDisconnectAsync(ReasonCode.NotAuthorized);
        Assert.Equal(EngineFaults.OtherUserName.Text, answer!.ReasonString);
    }

    [Fact, Spec("MQTT-4.12.1-2")]
    public async Task AUTH_FromClient_ReauthenticationFails_WillIsPublished()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient watcher = await broker.ConnectScramAsync(new ScramClient("ann", "secret"));
        await watcher.SubscribeAsync("gone");
        var scram = new ScramClient("ann", "secret");
        TestClient client =
            await broker.BeginAsync(scram, packet => packet with { ClientId = "d", Will = Mqtt5Clients.Will("gone", "d") });
        await client.ProveAsync(scram);
        await client.ReadAsync<ConnAckPacket>();
        await client.SendAuthAsync(ReasonCode.ReAuthenticate, Encoding.UTF8.GetBytes("n,,n=bob,r=abc"));
        await watcher.ExpectPublishAsync("gone", "d");
    }

    [Theory, Spec("MQTT-4.12.1-1"), Spec("MQTT-3.15.2-1"), Spec("MQTT-4.13.1-1")]
    [InlineData("f0 12 19 10 15 00 0d 'SCRAM-SHA-256'", "authentication method other than in CONNECT")]
    [InlineData("f0 12 18 10 15 00 0d 'SCRAM-SHA-512'", "AUTH that is not due")]
    [InlineData("f0 12 00 10 15 00 0d 'SCRAM-SHA-512'", "AUTH that is not due")]
    [InlineData("f0 00", "AUTH that is not due")]
    [InlineData("f0 12 19 10 15 00 0d 'SCRAM-SHA-512'", "SCRAM message without a GS2 header")]
    public async Task AUTH_FromClient_NotAReauthenticationWithTheMethodOfConnect_ProtocolError(string wire, string reason)
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient client = await broker.ConnectScramAsync(new ScramClient("ann", "secret"));
        await client.SendBytesAsync(wire);
        DisconnectPacket? answer = await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
        Assert.Equal(reason, answer!.ReasonString);
    }

    [Fact]
    public async Task AUTH_FromClient_SecondBeginningDuringReauthentication_ProtocolError()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient client = await broker.ConnectScramAsync(new ScramClient("ann", "secret"));
        byte[] first = new ScramClient("ann", "secret").First;
        await client.SendAuthAsync(ReasonCode.ReAuthenticate, first);
        await client.ReadChallengeAsync();
        await client.SendAuthAsync(ReasonCode.ReAuthenticate, first);
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [Fact, Spec("MQTT-3.1.2-22")]
    public async Task CONNECTION_InServer_ReauthenticationIsNotGoneOnWith_KeepAliveCountsAsEver()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        var scram = new ScramClient("ann", "secret");
        TestClient client = await broker.BeginAsync(scram, packet => packet with { KeepAliveSeconds = 10 });
        await client.ProveAsync(scram);
        await client.ReadAsync<ConnAckPacket>();
        await client.SendAuthAsync(ReasonCode.ReAuthenticate, scram.First);
        await client.ReadChallengeAsync();
        broker.Advance(TimeSpan.FromSeconds(17));
        await client.ExpectDisconnectAsync(ReasonCode.KeepAliveTimeout);
    }

    [Fact, Spec("MQTT-4.12.1-2")]
    public async Task AUTH_FromClient_UserRemovedDuringReauthentication_DisconnectsAsNotAuthorized()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        var scram = new ScramClient("ann", "secret");
        TestClient client = await broker.ConnectScramAsync(scram);
        await client.SendAuthAsync(ReasonCode.ReAuthenticate, scram.First);
        AuthPacket challenge = await client.ReadChallengeAsync();
        _folder.Write("passwords", "");
        Assert.Empty(broker.Engine.Authenticator.Reload(broker.Options));
        await client.ContinueAsync(scram.Final(challenge.AuthenticationData!.Value.Span));
        await client.ExpectDisconnectAsync(ReasonCode.NotAuthorized);
    }

    // The two take turns: who goes on without the answer is not heard.
    [Fact]
    public async Task AUTH_FromClient_NextBeginningBehindTheProofInTheSameSegment_ProtocolError()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient client = await broker.ConnectScramAsync(new ScramClient("ann", "secret"));
        var scram = new ScramClient("ann", "secret");
        await client.SendAuthAsync(ReasonCode.ReAuthenticate, scram.First);
        AuthPacket challenge = await client.ReadChallengeAsync();
        var segment = new ArrayBufferWriter<byte>();
        byte[] proof = scram.Final(challenge.AuthenticationData!.Value.Span);
        (challenge with { AuthenticationData = proof }).Write(segment, ProtocolVersion.Mqtt50);
        segment.Write(WireText.Parse("f0 12 19 10 15 00 0d 'SCRAM-SHA-512'"));
        await client.SendBytesAsync(segment.WrittenMemory);
        await client.ReadAsync<AuthPacket>();
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [Fact, Spec("MQTT-4.12.1-2")]
    public async Task AUTH_FromClient_PasswordChangedMeanwhile_OldOneNoLongerReauthenticates()
    {
        await using TestBroker broker = ScramClients.NewBroker(_folder);
        TestClient client = await broker.ConnectScramAsync(new ScramClient("ann", "secret"));
        byte[] other = "other"u8.ToArray();
        _folder.Write("passwords", $"ann:{PasswordHash.Create(PasswordHashKind.Sha512Pbkdf2, other)}\n");
        Assert.Empty(broker.Engine.Authenticator.Reload(broker.Options));
        var scram = new ScramClient("ann", "secret");
        await client.SendAuthAsync(ReasonCode.ReAuthenticate, scram.First);
        await client.ProveAsync(scram);
        await client.ExpectDisconnectAsync(ReasonCode.NotAuthorized);
    }
}
