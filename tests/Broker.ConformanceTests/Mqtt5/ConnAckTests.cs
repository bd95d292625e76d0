using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>CONNACK, byte for byte as mosquitto 2.1 sends it where the specification leaves a choice (section 3.2).</summary>
public sealed class ConnAckTests
{
    [Fact, Spec("MQTT-3.2.2-1"), Spec("MQTT-4.12.0-6")]
    public async Task CONNACK_FromServer_AllDefaults_AliasMaximumPacketSizeAndReceiveMaximum()
    {
        await using var broker = new TestBroker();
        await ExpectAsync(broker, "20 0e 00 00 0b | 22 00 0a | 27 00 1e 84 80 | 21 00 14");
    }

    [Fact, Spec("MQTT-3.2.2-9")]
    public async Task CONNACK_FromServer_LimitedListener_EachLimitIsTold()
    {
        await using var broker = new TestBroker(options => options with
        {
            Listeners = [TestBroker.OpenListener with { MaximumQos = AtLeastOnce, TopicAliasMaximum = 0 }],
            Limits = new() { IsRetainAvailable = false, KeepAliveSecondsMax = 30, PacketBytesMax = 256, InflightMessagesMax = 0 },
        });
        await ExpectAsync(broker, "20 0f 00 00 0c | 13 00 1e | 25 00 | 27 00 00 01 00 | 24 01");
    }

    [Fact, Spec("MQTT-3.2.2-2")]
    public async Task CONNACK_FromServer_CleanStartOverAKeptSession_SessionIsNotPresent()
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("c", "a");
        ConnAckPacket answer = await broker.OpenV5().ConnectAsync("c");
        Assert.False(answer.SessionPresent);
    }

    [Fact, Spec("MQTT-3.2.2-3")]
    public async Task CONNACK_FromServer_NoCleanStart_SessionPresentExactlyWhenThereIsOne()
    {
        await using var broker = new TestBroker();
        Assert.False((await broker.OpenV5().ConnectAsync("c", Keep)).SessionPresent);
        Assert.True((await broker.OpenV5().ConnectAsync("c", Keep)).SessionPresent);

        static ConnectPacket Keep(ConnectPacket packet) =>
            packet with { CleanStart = false, SessionExpiryIntervalSeconds = 60 };
    }

    [Fact, Spec("MQTT-3.2.2-6"), Spec("MQTT-3.2.2-7"), Spec("MQTT-3.14.0-1")]
    public async Task CONNACK_FromServer_RefusedThoughASessionIsKept_SaysNotPresentHasNoPropertiesAndCloses()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { IsRetainAvailable = false });
        await broker.LeaveSubscribedAsync("c", "a");
        TestClient client = broker.OpenV5();
        await client.SendAsync(new ConnectPacket
        {
            Version = ProtocolVersion.Mqtt50,
            ClientId = "c",
            Will = Mqtt5Clients.Will("w", "x") with { Retain = true },
        });
        await client.ExpectBytesAsync("20 03 00 9a 00");
        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.2.2-12")]
    public async Task CONNACK_FromServer_WillQosAboveMaximum_RefusedAsQosNotSupported()
    {
        await using var broker = TestBroker.WithListener(listener => listener with { MaximumQos = AtMostOnce });
        ConnAckPacket answer = await broker.OpenV5()
            .TryConnectAsync("c", packet => packet with { Will = Mqtt5Clients.Will("w", "x") with { Qos = AtLeastOnce } });
        Assert.Equal(ReasonCode.QosNotSupported, answer.ReasonCode);
    }

    [Fact, Spec("MQTT-3.2.2-13")]
    [Directive("retain_available")]
    public async Task CONNACK_FromServer_RetainedWillWhereNotAvailable_RefusedAsRetainNotSupported()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { IsRetainAvailable = false });
        ConnAckPacket answer = await broker.OpenV5()
            .TryConnectAsync("c", packet => packet with { Will = Mqtt5Clients.Will("w", "x") with { Retain = true } });
        Assert.Equal(ReasonCode.RetainNotSupported, answer.ReasonCode);
    }

    [Fact]
    [Directive("message_size_limit")]
    public async Task CONNACK_FromServer_WillLargerThanMessageSizeLimit_RefusedAsPacketTooLarge()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { PayloadBytesMax = 3 });
        ConnAckPacket answer = await broker.OpenV5()
            .TryConnectAsync("c", packet => packet with { Will = Mqtt5Clients.Will("w", "four") });
        Assert.Equal(ReasonCode.PacketTooLarge, answer.ReasonCode);
    }

    [Fact, Spec("MQTT-3.1.2-28")]
    public async Task CONNACK_FromServer_ResponseInformationAskedFor_NoneIsGiven()
    {
        await using var broker = new TestBroker();
        ConnAckPacket answer =
            await broker.OpenV5().ConnectAsync("c", packet => packet with { RequestResponseInformation = true });
        Assert.Null(answer.ResponseInformation);
    }

    [Fact, Spec("MQTT-3.1.2-24")]
    public async Task CONNACK_FromServer_LargerThanTheClientTakes_RefusedAsPacketTooLarge()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.OpenV5();
        await client.SendAsync(new ConnectPacket
        {
            Version = ProtocolVersion.Mqtt50, ClientId = "c", CleanStart = true, MaximumPacketSize = 10,
        });
        await client.ExpectBytesAsync("20 03 00 95 00");
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task CONNACK_FromServer_UserNameBecomesClientId_OnlyAnEmptyIdIsCalledAssigned()
    {
        await using var broker = TestBroker.WithListener(listener => listener with { UseUsernameAsClientId = true });
        ConnAckPacket given = await broker.OpenV5().ConnectAsync("mine", packet => packet with { UserName = "anna" });
        ConnAckPacket empty = await broker.OpenV5().ConnectAsync("", packet => packet with { UserName = "bert" });
        Assert.Null(given.AssignedClientIdentifier);
        Assert.Equal("bert", empty.AssignedClientIdentifier);
    }

    private static async Task ExpectAsync(TestBroker broker, string wire)
    {
        TestClient client = broker.OpenV5();
        await client.SendAsync(new ConnectPacket { Version = ProtocolVersion.Mqtt50, ClientId = "c", CleanStart = true });
        await client.ExpectBytesAsync(wire);
        await client.PingFenceAsync();
    }
}
