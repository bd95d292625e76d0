using Broker.Configuration;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Where else a client may go (MQTT 5.0 section 4.11): <c>server_reference</c> and <c>server_moved</c>.</summary>
public sealed class ServerReferenceTests
{
    private const string Other = "other.example:1883";

    [Fact, Spec("MQTT-3.14.2-1"), Spec("MQTT-4.13.2-1")]
    [Directive("server_reference")]
    public async Task DISCONNECT_FromServer_StopsWithAServerReference_UseAnotherServerAndWhich()
    {
        await using TestBroker broker = Referring();
        TestClient five = await broker.ConnectV5Async("five");
        TestClient four = await broker.ConnectAsync("four");
        broker.Engine.BeginStop();
        await five.ExpectBytesAsync("e0 17 9c 15 1c 00 12 'other.example:1883'");
        await five.ExpectClosedAsync();
        await four.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.1.2-24")]
    [InlineData(33, false)]
    [InlineData(34, true)]
    public async Task DISCONNECT_FromServer_ServerReferenceWouldNotFit_IsLeftOut(uint packetBytesMax, bool fits)
    {
        await using TestBroker broker = Referring();
        TestClient client = await broker.ConnectV5Async("c", packet => packet with { MaximumPacketSize = packetBytesMax });
        broker.Engine.BeginStop();
        DisconnectPacket? answer = await client.ExpectDisconnectAsync(ReasonCode.UseAnotherServer);
        Assert.Equal(fits ? Other : null, answer!.ServerReference);
    }

    [Fact, Spec("MQTT-3.2.2-8"), Spec("MQTT-3.2.2-7")]
    public async Task CONNACK_FromServer_TooManySessions_UseAnotherServerAndWhich()
    {
        await using TestBroker broker = Referring(limits: new() { SessionsMax = 1 });
        await broker.ConnectV5Async("first");
        TestClient five = broker.OpenV5();
        ConnAckPacket answer = await five.TryConnectAsync("five");
        Assert.Equal((ReasonCode.UseAnotherServer, Other), (answer.ReasonCode, answer.ServerReference));
        await five.ExpectClosedAsync();
        ConnAckPacket older = await broker.Open().TryConnectAsync("four");
        Assert.Equal(ReasonCode.ServerUnavailable, older.ReasonCode);
    }

    [Theory, Spec("MQTT-3.1.2-24")]
    [InlineData(33, false)]
    [InlineData(34, true)]
    public async Task CONNACK_FromServer_ServerReferenceWouldNotFit_IsLeftOut(uint packetBytesMax, bool fits)
    {
        await using TestBroker broker = Referring(isMoved: true);
        ConnAckPacket answer =
            await broker.OpenV5().TryConnectAsync("c", packet => packet with { MaximumPacketSize = packetBytesMax });
        Assert.Equal((ReasonCode.ServerMoved, fits ? Other : null), (answer.ReasonCode, answer.ServerReference));
    }

    // For other reasons than want of room here, no other server will have the client either.
    [Fact]
    public async Task CONNACK_FromServer_RefusedForItself_NoServerReference()
    {
        await using TestBroker broker = Referring();
        ConnAckPacket answer =
            await broker.OpenV5().TryConnectAsync("c", packet => packet with { AuthenticationMethod = "GS2-KRB5" });
        Assert.Equal((ReasonCode.BadAuthenticationMethod, null), (answer.ReasonCode, answer.ServerReference));
    }

    [Fact, Spec("MQTT-3.2.2-7")]
    [Directive("server_moved")]
    public async Task CONNACK_FromServer_ListenerHasMoved_ServerMovedBeforeAnyPasswordIsLookedAt()
    {
        using var folder = new TemporaryFolder();
        string nobody = folder.Write("passwords", "");
        await using TestBroker broker = Referring(isMoved: true, security: new() { PasswordFile = nobody });
        TestClient five = broker.OpenV5();
        ConnAckPacket answer = await five.TryConnectAsync("five");
        Assert.Equal((ReasonCode.ServerMoved, Other), (answer.ReasonCode, answer.ServerReference));
        await five.ExpectClosedAsync();
        TestClient four = broker.Open();
        Assert.Equal(ReasonCode.ServerUnavailable, (await four.TryConnectAsync("four")).ReasonCode);
        await four.ExpectClosedAsync();
        Assert.Equal(0, broker.Engine.Sessions.Registry.Count);
    }

    private static TestBroker Referring(
        bool isMoved = false, LimitOptions? limits = null, ListenerSecurityOptions? security = null) =>
        new(options => options with
        {
            Listeners =
            [
                TestBroker.OpenListener with
                {
                    ServerReference = Other,
                    IsMoved = isMoved,
                    Security = security ?? TestBroker.OpenListener.Security,
                },
            ],
            Limits = limits ?? options.Limits,
        });
}
