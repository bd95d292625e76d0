using Broker.Configuration;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>CONNECT: what is let in and what is not (MQTT 5.0 sections 3.1 and 4.13).</summary>
public sealed class ConnectTests
{
    private const string MqttFive = "00 04 'MQTT' 05";

    [Theory, Spec("MQTT-3.1.0-1")]
    [InlineData("c0 00")]
    [InlineData("e0 00")]
    [InlineData("30 04 00 01 'a' 00")]
    [InlineData("f0 00")]
    public async Task CONNECT_FromClient_IsNotFirst_ConnectionClosesWithoutAWord(string first)
    {
        await using var broker = new TestBroker();
        TestClient client = broker.OpenV5();
        await client.SendBytesAsync(first);
        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.1.0-2")]
    public async Task CONNECT_FromClient_ASecondTime_DisconnectsWithProtocolError()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendAsync(new ConnectPacket { Version = ProtocolVersion.Mqtt50, ClientId = "c", CleanStart = true });
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [Fact, Spec("MQTT-3.1.2-1")]
    public async Task CONNECT_FromClient_OtherProtocolName_Closes()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.OpenV5();
        await client.SendBytesAsync("10 0e 00 04 'MQXX' 05 02 00 00 00 00 01 'c'");
        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.1.2-2"), Spec("MQTT-3.2.2-7")]
    public async Task CONNECT_FromClient_LaterVersion_RefusedWithUnsupportedProtocolVersion()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.OpenV5();
        await client.SendBytesAsync("10 0e 00 04 'MQTT' 06 02 00 00 00 00 01 'c'");
        await client.ExpectBytesAsync("20 03 00 84 00");
        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.1.4-1"), Spec("MQTT-3.2.2-8")]
    [Spec("MQTT-3.1.2-3"), Spec("MQTT-3.1.2-11"), Spec("MQTT-3.1.2-12"), Spec("MQTT-3.1.2-13")]
    [Spec("MQTT-3.1.2-16"), Spec("MQTT-3.1.2-17"), Spec("MQTT-3.1.2-19"), Spec("MQTT-1.5.4-1"), Spec("MQTT-1.5.4-2")]
    [Spec("MQTT-3.1.3-4"), Spec("MQTT-3.1.3-11"), Spec("MQTT-3.1.3-12")]
    [InlineData("10 8e 00 " + MqttFive + "02 00 00 00 00 01 'c'", ReasonCode.MalformedPacket)] // MQTT-1.5.5-1
    [InlineData("10 0e " + MqttFive + "03 00 00 00 00 01 'c'", ReasonCode.MalformedPacket)] // MQTT-3.1.2-3: reserved flag
    [InlineData("10 0e " + MqttFive + "0a 00 00 00 00 01 'c'", ReasonCode.MalformedPacket)] // MQTT-3.1.2-11: will QoS alone
    [InlineData("10 0e " + MqttFive + "22 00 00 00 00 01 'c'", ReasonCode.MalformedPacket)] // MQTT-3.1.2-13: will retain alone
    [InlineData("10 15 " + MqttFive + "1e 00 00 00 00 01 'c' 00 00 01 'w' 00 01 'x'", ReasonCode.MalformedPacket)] // 3.1.2-12
    [InlineData("10 0e " + MqttFive + "82 00 00 00 00 01 'c'", ReasonCode.MalformedPacket)] // MQTT-3.1.2-17: no user name
    [InlineData("10 0e " + MqttFive + "42 00 00 00 00 01 'c'", ReasonCode.MalformedPacket)] // MQTT-3.1.2-19: no password
    [InlineData("10 0f " + MqttFive + "02 00 00 00 00 01 'c' 00", ReasonCode.MalformedPacket)] // MQTT-3.1.2-16: too much
    [InlineData("10 0e " + MqttFive + "02 00 00 00 00 01 ff", ReasonCode.MalformedPacket)] // MQTT-1.5.4-1, MQTT-3.1.3-4
    [InlineData("10 15 " + MqttFive + "06 00 00 00 00 01 'c' 00 00 01 ff 00 01 'x'", ReasonCode.MalformedPacket)] // 3.1.3-11
    [InlineData("10 11 " + MqttFive + "82 00 00 00 00 01 'c' 00 01 ff", ReasonCode.MalformedPacket)] // MQTT-3.1.3-12
    [InlineData("10 0e " + MqttFive + "02 00 00 00 00 01 00", ReasonCode.MalformedPacket)] // MQTT-1.5.4-2
    [InlineData("10 11 " + MqttFive + "02 00 00 03 21 00 00 00 01 'c'", ReasonCode.ProtocolError)] // receive maximum 0
    [InlineData("10 13 " + MqttFive + "02 00 00 05 27 00 00 00 00 00 01 'c'", ReasonCode.ProtocolError)] // packet size 0
    [InlineData("10 10 " + MqttFive + "02 00 00 02 19 02 00 01 'c'", ReasonCode.ProtocolError)] // response information 2
    [InlineData("10 10 " + MqttFive + "02 00 00 02 17 02 00 01 'c'", ReasonCode.ProtocolError)] // problem information 2
    [InlineData("10 14 " + MqttFive + "02 00 00 06 21 00 01 21 00 01 00 01 'c'", ReasonCode.ProtocolError)] // property twice
    [InlineData("10 10 " + MqttFive + "02 00 00 02 24 01 00 01 'c'", ReasonCode.MalformedPacket)] // a property of CONNACK
    public async Task CONNECT_FromClient_Malformed_RefusedWithItsReason(string wire, ReasonCode reason)
    {
        await using var broker = new TestBroker();
        TestClient client = broker.OpenV5();
        await client.SendBytesAsync(wire);
        ConnAckPacket answer = await client.ReadAsync<ConnAckPacket>();
        Assert.Equal(reason, answer.ReasonCode);
        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-4.7.0-1")]
    [InlineData("a/#")]
    [InlineData("+")]
    public async Task CONNECT_FromClient_WillTopicWithWildcard_RefusedAsTopicNameInvalid(string topic)
    {
        await using var broker = new TestBroker();
        TestClient client = broker.OpenV5();
        ConnAckPacket answer = await client.TryConnectAsync("c", packet => packet with { Will = Mqtt5Clients.Will(topic, "x") });
        Assert.Equal(ReasonCode.TopicNameInvalid, answer.ReasonCode);
        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.1.3-5")]
    public async Task CONNECT_FromClient_ClientIdOf23LettersAndDigits_Accepted()
    {
        await using var broker = new TestBroker();
        await broker.ConnectV5Async("0123456789ABCxyzabcXYZ9");
    }

    [Fact, Spec("MQTT-3.1.3-2")]
    public async Task CONNECT_FromClient_ClientIdsDifferInCaseOnly_AreTwoSessions()
    {
        await using var broker = new TestBroker();
        TestClient lower = await broker.ConnectV5Async("id");
        await broker.ConnectV5Async("ID");
        await lower.PingFenceAsync();
    }

    [Fact, Spec("MQTT-3.1.3-6"), Spec("MQTT-3.1.3-7"), Spec("MQTT-3.2.2-16")]
    public async Task CONNECT_FromClient_EmptyClientId_GetsAnAssignedOneThatNobodyElseHas()
    {
        await using var broker = new TestBroker();
        ConnAckPacket first = await broker.OpenV5().ConnectAsync("");
        ConnAckPacket second = await broker.OpenV5().ConnectAsync("");
        Assert.StartsWith("auto-", first.AssignedClientIdentifier, StringComparison.Ordinal);
        Assert.NotEqual(first.AssignedClientIdentifier, second.AssignedClientIdentifier);
        Assert.Equal(2, broker.Engine.Sessions.Registry.Count);
    }

    [Fact, Spec("MQTT-3.1.3-7")]
    public async Task CONNECT_FromClient_AssignedClientId_ResumesItsSession()
    {
        await using var broker = new TestBroker();
        TestClient first = broker.OpenV5();
        ConnAckPacket answer =
            await first.ConnectAsync("", packet => packet with { CleanStart = false, SessionExpiryIntervalSeconds = 60 });
        await first.DisconnectAsync();
        ConnAckPacket again = await broker.OpenV5()
            .ConnectAsync(answer.AssignedClientIdentifier!, packet => packet with { CleanStart = false });
        Assert.True(again.SessionPresent);
        Assert.Null(again.AssignedClientIdentifier);
    }

    [Fact, Spec("MQTT-3.1.3-8")]
    [Directive("allow_zero_length_clientid")]
    public async Task CONNECT_FromClient_EmptyClientIdWhereNotAllowed_RefusedAsClientIdentifierNotValid()
    {
        await using var broker = TestBroker.WithListener(listener => listener with
        {
            Security = listener.Security with { AllowZeroLengthClientId = false },
        });
        TestClient client = broker.OpenV5();
        await client.SendAsync(new ConnectPacket { Version = ProtocolVersion.Mqtt50, CleanStart = true });
        await client.ExpectBytesAsync("20 03 00 85 00");
        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-4.12.0-1")]
    public async Task CONNECT_FromClient_AuthenticationMethod_RefusedAsBadAuthenticationMethod()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.OpenV5();
        ConnAckPacket answer = await client.TryConnectAsync("c", packet => packet with { AuthenticationMethod = "SCRAM-SHA-1" });
        Assert.Equal(ReasonCode.BadAuthenticationMethod, answer.ReasonCode);
        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.1.4-2"), Spec("MQTT-3.1.4-6")]
    public async Task CONNECT_FromClient_Refused_WhatFollowsInTheSameSegmentIsNotHandled()
    {
        await using var broker = new TestBroker(options => options with { Listeners = [new ListenerOptions()] });
        TestClient client = broker.OpenV5();
        await client.SendBytesAsync("10 0e " + MqttFive + "02 00 00 00 00 01 'c' | 31 07 00 01 'r' 00 'abc' | c0 00");
        ConnAckPacket answer = await client.ReadAsync<ConnAckPacket>();
        Assert.Equal(ReasonCode.NotAuthorized, answer.ReasonCode);
        await client.ExpectClosedAsync();
        Assert.Equal(0, broker.Engine.Retained.Count);
    }

    [Fact, Spec("MQTT-3.2.0-1"), Spec("MQTT-3.1.4-5")]
    public async Task CONNECT_FromClient_PacketsInTheSameSegment_AnsweredAfterConnack()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.OpenV5();
        await client.SendBytesAsync("10 0e " + MqttFive + "02 00 00 00 00 01 'c' | c0 00 | 82 07 00 01 00 00 01 'a' 00");
        await client.ReadAsync<ConnAckPacket>();
        await client.ReadAsync<SubAckPacket>();
        await client.ReadAsync<PingResponse>();
    }

    [Fact]
    public async Task CONNECT_FromClient_NeverComes_ConnectionClosesAfterThirtySeconds()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.OpenV5();
        broker.Advance(TimeSpan.FromSeconds(32));
        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.1.2-16"), Spec("MQTT-3.1.2-18")]
    public async Task CONNECT_FromClient_PasswordWithoutUserName_IsWellFormedInFive()
    {
        await using var broker = new TestBroker();
        await broker.ConnectV5Async("c", packet => packet with { Password = "p"u8.ToArray() });
    }
}
