using System.Text;
using Broker.Configuration;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Security;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>
/// A broker with a password file, and the steps of a client that authenticates by SCRAM-SHA-512. The users: <c>ann</c> with
/// the password <c>secret</c>, <c>bob</c> whose password is kept in a form that does not fit.
/// </summary>
internal static class ScramClients
{
    public const string Method = "SCRAM-SHA-512";

    /// <summary>A broker in which only who is in the file may connect.</summary>
    public static TestBroker NewBroker(TemporaryFolder folder, Func<ListenerOptions, ListenerOptions>? change = null)
    {
        byte[] secret = Encoding.UTF8.GetBytes("secret");
        string file = folder.Write(
            "passwords",
            $"ann:{PasswordHash.Create(PasswordHashKind.Sha512Pbkdf2, secret, iterations: 100)}\n" +
            $"bob:{PasswordHash.Create(PasswordHashKind.Sha512, secret)}\n");
        return TestBroker.WithListener(listener =>
        {
            listener = listener with { Security = new() { PasswordFile = file } };
            return change is null ? listener : change(listener);
        });
    }

    /// <summary>Opens a connection and sends CONNECT with the first message.</summary>
    public static async Task<TestClient> BeginAsync(
        this TestBroker broker, ScramClient scram, Func<ConnectPacket, ConnectPacket>? with = null)
    {
        TestClient client = broker.OpenV5();
        var packet = new ConnectPacket
        {
            Version = ProtocolVersion.Mqtt50,
            ClientId = "c",
            CleanStart = true,
            AuthenticationMethod = Method,
            AuthenticationData = scram.First,
        };
        await client.SendAsync(with is null ? packet : with(packet));
        return client;
    }

    /// <summary>Connects with the whole exchange.</summary>
    public static async Task<TestClient> ConnectScramAsync(this TestBroker broker, ScramClient scram)
    {
        TestClient client = await broker.BeginAsync(scram);
        await client.ProveAsync(scram);
        ConnAckPacket answer = await client.ReadAsync<ConnAckPacket>();
        Assert.Equal(ReasonCode.Success, answer.ReasonCode);
        return client;
    }

    /// <summary>Reads the challenge and answers it.</summary>
    public static async Task ProveAsync(this TestClient client, ScramClient scram)
    {
        AuthPacket challenge = await client.ReadChallengeAsync();
        await client.ContinueAsync(scram.Final(challenge.AuthenticationData!.Value.Span));
    }

    /// <summary>Reads AUTH that asks for more.</summary>
    public static async Task<AuthPacket> ReadChallengeAsync(this TestClient client)
    {
        AuthPacket challenge = await client.ReadAsync<AuthPacket>();
        Assert.Equal((ReasonCode.ContinueAuthentication, Method), (challenge.ReasonCode, challenge.AuthenticationMethod));
        return challenge;
    }

    /// <summary>Sends AUTH that goes on with an exchange.</summary>
    public static Task ContinueAsync(this TestClient client, byte[] data) =>
        client.SendAuthAsync(ReasonCode.ContinueAuthentication, data);

    /// <summary>Sends AUTH.</summary>
    public static Task SendAuthAsync(this TestClient client, ReasonCode reason, byte[] data) =>
        client.SendAsync(new AuthPacket { ReasonCode = reason, AuthenticationMethod = Method, AuthenticationData = data });
}
