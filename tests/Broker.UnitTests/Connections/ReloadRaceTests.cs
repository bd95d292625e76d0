using System.Text;
using Broker.Configuration;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Security;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.UnitTests.Connections;

/// <summary>A reload that takes a user away while that user connects.</summary>
public sealed class ReloadRaceTests : IDisposable
{
    private static readonly byte[] Password = Encoding.UTF8.GetBytes("secret");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nobody_slips_through_while_the_password_is_looked_at()
    {
        // From a hash that is done before the reload begins to one that is done long after it.
        for (int round = 0; round < 60; round++) await PlayAsync(iterations: 1 + (round * 200));
    }

    [Fact]
    public async Task Who_is_still_known_is_let_in_however_often_it_happens()
    {
        string line = Line(5000);
        await using TestBroker broker = Started(line);
        TestClient client = broker.Open(ProtocolVersion.Mqtt50);

        Task<ConnAckPacket> answer = client.TryConnectAsync("ann", WithPassword);
        for (int i = 0; i < 20; i++) Reload(broker, $"{line}\nother{i}:{PasswordHash.Create(PasswordHashKind.Sha512, Password)}");

        Assert.Equal(ReasonCode.Success, (await answer).ReasonCode);
        await client.PingFenceAsync();
    }

    private async Task PlayAsync(int iterations)
    {
        await using TestBroker broker = Started(Line(iterations));
        TestClient client = broker.Open(ProtocolVersion.Mqtt50);

        Task<ConnAckPacket> answer = client.TryConnectAsync("ann", WithPassword);
        Reload(broker, "# nobody");

        if ((await answer).ReasonCode == ReasonCode.Success) await client.ExpectDisconnectAsync(ReasonCode.NotAuthorized);
        else await client.ExpectClosedAsync();
    }

    private TestBroker Started(string passwords)
    {
        string file = _folder.Write("passwords", passwords);
        return TestBroker.WithListener(listener => listener with { Security = new() { PasswordFile = file } });
    }

    private void Reload(TestBroker broker, string passwords)
    {
        _folder.Write("passwords", passwords);
        broker.Engine.Authenticator.Prepare(broker.Options, new ReloadReport())!.Apply();
        broker.Engine.Apply(broker.Options);
    }

    private static string Line(int iterations) =>
        $"ann:{PasswordHash.Create(PasswordHashKind.Sha512Pbkdf2, Password, iterations)}";

    private static ConnectPacket WithPassword(ConnectPacket packet) => packet with { UserName = "ann", Password = Password };
}
