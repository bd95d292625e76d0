using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1.1 section 3.1: header and payload of CONNECT, and what the server does with them.</summary>
public sealed class ConnectTests
{
    [Theory, Spec("MQTT-3.1.0-1")]
    [InlineData("c0 00")]
    [InlineData("30 03 00 01 'a'")]
    [InlineData("82 06 00 01 00 01 'a' 00")]
    [InlineData("e0 00")]
    public async Task CONNECT_FromClient_NotFirstPacket_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.1.0-2")]
    public async Task CONNECT_FromClient_SecondOnConnection_Closes()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("a");

        await client.SendBytesAsync("10 0d 00 04 'MQTT' 04 02 00 00 00 01 'a'");

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.1.2-1")]
    [InlineData("10 0d 00 04 'mqtt' 04 02 00 00 00 01 'a'")]
    [InlineData("10 0f 00 06 'MQisdp' 03 02 00 00 00 01 'a'")]
    [InlineData("10 0d 00 04 'HTTP' 04 02 00 00 00 01 'a'")]
    public async Task CONNECT_FromClient_UnknownProtocolName_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.1.2-2")]
    [InlineData("10 0d 00 04 'MQTT' 03 02 00 00 00 01 'a'")]
    [InlineData("10 0d 00 04 'MQTT' 00 02 00 00 00 01 'a'")]
    [InlineData("10 0f 00 06 'MQIsdp' 04 02 00 00 00 01 'a'")]
    public async Task CONNECT_FromClient_UnsupportedProtocolLevel_IsRefusedWithCode1(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync(wire);

        await client.ExpectBytesAsync("20 02 00 01");
        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.1.2-3"), Spec("MQTT-2.2.2-2")]
    [InlineData("10 0d 00 04 'MQTT' 04 03 00 00 00 01 'a'")]
    [InlineData("11 0d 00 04 'MQTT' 04 02 00 00 00 01 'a'")]
    public async Task CONNECT_FromClient_ReservedBitSet_ClosesWithoutConnAck(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.1.2-18"), Spec("MQTT-3.1.2-20")]
    [InlineData("10 10 00 04 'MQTT' 04 02 00 00 00 01 'a' 00 01 'u'")]
    [InlineData("10 13 00 04 'MQTT' 04 82 00 00 00 01 'a' 00 01 'u' 00 01 'p'")]
    public async Task CONNECT_FromClient_CredentialsThatNoFlagAnnounces_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.1.2-19"), Spec("MQTT-3.1.2-21")]
    [InlineData("10 0d 00 04 'MQTT' 04 82 00 00 00 01 'a'")]
    [InlineData("10 10 00 04 'MQTT' 04 c2 00 00 00 01 'a' 00 01 'u'")]
    public async Task CONNECT_FromClient_AnnouncedCredentialsAreMissing_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.1.2-22")]
    public async Task CONNECT_FromClient_PasswordWithoutUserName_Closes()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync("10 10 00 04 'MQTT' 04 42 00 00 00 01 'a' 00 01 'p'");

        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.1.3-1")]
    public async Task CONNECT_FromClient_WithAllFields_ReadsThemInTheirOrder()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("w");
        TestClient client = broker.Open();

        await client.SendBytesAsync(
            "10 1c 00 04 'MQTT' 04 c6 00 00 | 00 02 'id' | 00 01 'w' | 00 02 'hi' | 00 01 'u' | 00 02 'pw'");

        await client.ExpectBytesAsync("20 02 00 00");
        await client.CloseAsync();
        await watcher.ExpectPublishAsync("w", "hi");
        Assert.Contains(broker.Log.Lines.All, line => line.Contains("as id (p2, c1, k0, u'u')", StringComparison.Ordinal));
    }

    [Fact, Spec("MQTT-3.1.3-3")]
    public async Task CONNECT_FromClient_WithoutClientIdField_Closes()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync("10 0a 00 04 'MQTT' 04 02 00 00");

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.1.3-4"), Spec("MQTT-3.1.3-10"), Spec("MQTT-3.1.3-11"), Spec("MQTT-1.5.3-1")]
    [InlineData("10 0e 00 04 'MQTT' 04 02 00 00 00 02 c3 28")]
    [InlineData("10 14 00 04 'MQTT' 04 06 00 00 00 01 'a' 00 02 c3 28 00 01 'x'")]
    [InlineData("10 11 00 04 'MQTT' 04 82 00 00 00 01 'a' 00 02 c3 28")]
    public async Task CONNECT_FromClient_StringNotUtf8_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.1.3-5")]
    [InlineData("0")]
    [InlineData("0123456789abcdefghijklm")]
    [InlineData("nopqrstuvwxyzABCDEFGHIJ")]
    [InlineData("KLMNOPQRSTUVWXYZ")]
    public async Task CONNECT_FromClient_ClientIdOfTheAssuredKind_IsAccepted(string clientId)
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        ConnAckPacket answer = await client.TryConnectAsync(clientId);

        Assert.Equal(ReasonCode.Success, answer.ReasonCode);
    }

    [Fact, Spec("MQTT-3.1.3-6")]
    public async Task CONNECT_FromClient_EmptyClientId_GetsAnIdOfItsOwn()
    {
        await using var broker = new TestBroker();
        TestClient one = await broker.ConnectAsync("");
        TestClient two = await broker.ConnectAsync("");

        await one.PingFenceAsync();
        await two.PingFenceAsync();
        Assert.Equal(2, broker.Engine.Sessions.Registry.Count);
    }

    [Fact, Spec("MQTT-3.1.3-7"), Spec("MQTT-3.1.3-8")]
    public async Task CONNECT_FromClient_EmptyClientIdWithoutCleanSession_IsRefusedWithCode2()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync("10 0c 00 04 'MQTT' 04 00 00 00 00 00");

        await client.ExpectBytesAsync("20 02 00 02");
        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.1.3-9")]
    public async Task CONNECT_FromClient_ClientIdNotAllowed_IsRefusedWithCode2()
    {
        await using var broker = TestBroker.WithListener(
            listener => listener with { Security = listener.Security with { AllowZeroLengthClientId = false } });
        TestClient client = broker.Open();

        await client.SendBytesAsync("10 0c 00 04 'MQTT' 04 02 00 00 00 00");

        await client.ExpectBytesAsync("20 02 00 02");
        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.1.4-1")]
    [InlineData("10 0e 00 04 'MQTT' 04 02 00 00 00 01 'a' 00")]
    [InlineData("10 09 00 04 'MQTT' 04 02 00")]
    [InlineData("10 00")]
    public async Task CONNECT_FromClient_Malformed_ClosesWithoutConnAck(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.1.4-2"), Spec("MQTT-3.1.3-2")]
    public async Task CONNECT_FromClient_ClientIdInUse_ClosesTheEarlierConnection()
    {
        await using var broker = new TestBroker();
        TestClient earlier = await broker.ConnectAsync("same");
        TestClient other = await broker.ConnectAsync("Same");

        TestClient later = await broker.ConnectAsync("same");

        await earlier.ExpectClosedAsync();
        await later.PingFenceAsync();
        await other.PingFenceAsync();
    }

    [Fact, Spec("MQTT-3.1.4-4")]
    public async Task CONNECT_FromClient_Valid_IsAnsweredWithConnAckZero()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync("10 0d 00 04 'MQTT' 04 02 00 3c 00 01 'a'");

        await client.ExpectBytesAsync("20 02 00 00");
    }

    [Fact, Spec("MQTT-3.1.4-5")]
    public async Task CONNECT_FromClient_Refused_WhatFollowsItIsNotProcessed()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("a");
        TestClient client = broker.Open();

        await client.SendBytesAsync("10 0c 00 04 'MQTT' 04 00 00 00 00 00 | 30 04 00 01 'a' 'x'");

        await client.ExpectBytesAsync("20 02 00 02");
        await client.ExpectClosedAsync();
        await watcher.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.1.4-4")]
    public async Task CONNECT_FromClient_FollowedAtOnceByPackets_TheyAreProcessed()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync("10 0d 00 04 'MQTT' 04 02 00 00 00 01 'a' | 82 06 00 01 00 01 'b' 00 | 30 04 00 01 'b' 'x'");

        await client.ExpectBytesAsync("20 02 00 00");
        await client.ExpectBytesAsync("90 03 00 01 00");
        await client.ExpectPublishAsync("b", "x");
    }
}
