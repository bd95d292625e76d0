using System.Buffers;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Packets;

namespace Broker.UnitTests.Protocol;

/// <summary>What the literals do not show: leniences, forms that are read but not written, what a refusal leaves.</summary>
public sealed class PacketDetailTests
{
    [Theory]
    [InlineData("<'MQTT'> 04 03 00 3c <'c'>", ProtocolVersion.Mqtt311)]
    [InlineData("<'MQTT'> 05 02 00 3c (ff) <'c'>", ProtocolVersion.Mqtt50)]
    [InlineData("<'MQIsdp'> 03 18 00 3c <'c'>", ProtocolVersion.Mqtt31)]
    [InlineData("<'MQTT'> 04", ProtocolVersion.Mqtt311)]
    [InlineData("<'MQTT'> 06", ProtocolVersion.Mqtt50)]
    [InlineData("<'MQTT'> 85", ProtocolVersion.Mqtt50)]
    [InlineData("<'MQTT'> 03", ProtocolVersion.Mqtt311)]
    [InlineData("<'MQIsdp'> 05", ProtocolVersion.Mqtt311)]
    [InlineData("<'MQTT'>", ProtocolVersion.Unknown)]
    [InlineData("<'HTTP'> 04 02 00 3c <'c'>", ProtocolVersion.Unknown)]
    public void A_refused_connect_says_in_which_version_to_answer(string body, ProtocolVersion expected)
    {
        byte[] bytes = WireFrame.Parse(body);

        bool isRead = ConnectPacket.TryDecode(bytes, out ConnectPacket? packet, out ProtocolVersion version, out _);

        Assert.False(isRead);
        Assert.Null(packet);
        Assert.Equal(expected, version);
    }

    [Theory]
    [InlineData("<'MQIsdp'> 03 03 00 3c <'c'>", "the reserved bit")]
    [InlineData("<'MQIsdp'> 03 2a 00 3c <'c'>", "will bits without a will")]
    [InlineData("<'MQIsdp'> 03 82 00 3c <'c'>", "an announced user name that is missing")]
    [InlineData("<'MQIsdp'> 03 c2 00 3c <'c'> <'u'>", "an announced password that is missing")]
    [InlineData("<'MQIsdp'> 03 02 00 3c <'a client identifier of more than 23'>", "a long client identifier")]
    public void A_3_1_client_is_allowed_what_its_specification_leaves_open(string body, string what) =>
        Assert.True(ConnectPacket.TryDecode(WireFrame.Parse(body), out _, out _, out Fault? fault), $"{what}: {fault}");

    [Fact]
    public void A_5_0_client_may_give_a_password_without_a_user_name()
    {
        byte[] body = WireFrame.Parse("<'MQTT'> 05 42 00 3c () <'c'> <'p'>");

        Assert.True(ConnectPacket.TryDecode(body, out ConnectPacket? packet, out _, out _));

        Assert.Null(packet.UserName);
        Assert.Equal("70", WireText.Format(packet.Password!.Value.Span));
    }

    [Fact]
    public void An_empty_password_is_not_an_absent_one()
    {
        byte[] body = WireFrame.Parse("<'MQTT'> 04 c2 00 3c <'c'> <> <>");

        Assert.True(ConnectPacket.TryDecode(body, out ConnectPacket? packet, out _, out _));

        Assert.Equal("", packet.UserName);
        Assert.Equal(0, packet.Password!.Value.Length);
    }

    [Fact]
    public void A_will_keeps_the_order_of_what_it_forwards()
    {
        byte[] body = WireFrame.Parse(
            "<'MQTT'> 05 06 00 00 () <'c'> (26 <'a'> <'1'> 18 00 00 00 05 01 01 02 00 00 00 09 26 <'a'> <'2'>) <'w'> <'x'>");

        Assert.True(ConnectPacket.TryDecode(body, out ConnectPacket? packet, out _, out _));

        Assert.Equal(5u, packet.Will!.DelaySeconds);
        Assert.Equal(9u, packet.Will.MessageExpirySeconds);
        Assert.Equal(
            WireText.Format(WireFrame.Parse("26 <'a'> <'1'> 01 01 26 <'a'> <'2'>")),
            WireText.Format(packet.Will.ForwardedProperties.Span));
    }

    [Fact]
    public void What_was_decoded_does_not_change_with_the_buffer()
    {
        byte[] body = WireFrame.Parse("<'MQTT'> 05 c6 00 00 (15 <'m'> 16 <07>) <'c'> (09 <08>) <'w'> <09> <'u'> <0a>");
        Assert.True(ConnectPacket.TryDecode(body, out ConnectPacket? packet, out _, out _));
        string before = Described.Of(packet);

        Array.Fill(body, (byte)0xEE);

        Assert.Equal(before, Described.Of(packet));
    }

    [Theory]
    [InlineData("40 02 00 01")]
    [InlineData("40 03 00 01 00")]
    [InlineData("40 04 00 01 00 00")]
    public void Success_is_read_in_all_three_forms(string wire) => Assert.Equal(
        Described.Of(new AckPacket(PacketType.PubAck, 1)),
        Described.Of(Codec.Read(WireText.Parse(wire), ProtocolVersion.Mqtt50)));

    [Theory]
    [InlineData("e0 00")]
    [InlineData("e0 01 00")]
    [InlineData("e0 02 00 00")]
    public void A_normal_disconnection_is_read_in_all_three_forms(string wire) => Assert.Equal(
        Described.Of(new DisconnectPacket()), Described.Of(Codec.Read(WireText.Parse(wire), ProtocolVersion.Mqtt50)));

    [Fact]
    public void Before_5_0_an_acknowledgement_cannot_say_why()
    {
        var output = new ArrayBufferWriter<byte>();
        var packet = new AckPacket(PacketType.PubRec, 5, ReasonCode.QuotaExceeded, "full") { UserProperties = [new("n", "v")] };

        packet.Write(output, ProtocolVersion.Mqtt311);

        Assert.Equal("50 02 00 05", WireText.Format(output.WrittenSpan));
    }

    [Fact]
    public void Before_5_0_every_failure_of_a_subscription_is_0x80()
    {
        var output = new ArrayBufferWriter<byte>();

        new SubAckPacket(1, [ReasonCode.NotAuthorized, ReasonCode.GrantedQos1], "no").Write(output, ProtocolVersion.Mqtt311);

        Assert.Equal("90 04 00 01 80 01", WireText.Format(output.WrittenSpan));
    }

    [Fact]
    public void A_3_1_client_is_never_told_of_its_session()
    {
        var output = new ArrayBufferWriter<byte>();

        new ConnAckPacket { SessionPresent = true }.Write(output, ProtocolVersion.Mqtt31);

        Assert.Equal("20 02 00 00", WireText.Format(output.WrittenSpan));
    }

    [Fact]
    public void Subscription_options_are_taken_apart()
    {
        var request = new SubscriptionRequest("a", 0x2e);

        Assert.Equal(
            (QualityOfService.ExactlyOnce, true, true, (byte)2),
            (request.Qos, request.NoLocal, request.RetainAsPublished, request.RetainHandling));
        Assert.Equal(0x2e, SubscriptionRequest.ToOptions(QualityOfService.ExactlyOnce, true, true, 2));
    }

    [Theory]
    [InlineData(ReasonCode.Success, 0)]
    [InlineData(ReasonCode.UnsupportedProtocolVersion, 1)]
    [InlineData(ReasonCode.ClientIdentifierNotValid, 2)]
    [InlineData(ReasonCode.ServerUnavailable, 3)]
    [InlineData(ReasonCode.ServerBusy, 3)]
    [InlineData(ReasonCode.QuotaExceeded, 3)]
    [InlineData(ReasonCode.BadUserNameOrPassword, 4)]
    [InlineData(ReasonCode.NotAuthorized, 5)]
    [InlineData(ReasonCode.Banned, 5)]
    public void A_reason_becomes_the_return_code_of_3_x(ReasonCode reason, byte returnCode)
    {
        Assert.Equal(returnCode, ReturnCodes.FromReason(reason));
        Assert.Equal(returnCode, ReturnCodes.FromReason(ReturnCodes.ToReason(returnCode)));
    }

    [Theory]
    [InlineData(PacketType.ConnAck, "00 80 81 82 83 84 85 86 87 88 89 8a 8c 90 95 97 99 9a 9b 9c 9d 9f")]
    [InlineData(PacketType.PubAck, "00 10 80 83 87 90 91 97 99")]
    [InlineData(PacketType.PubRec, "00 10 80 83 87 90 91 97 99")]
    [InlineData(PacketType.PubRel, "00 92")]
    [InlineData(PacketType.PubComp, "00 92")]
    [InlineData(PacketType.SubAck, "00 01 02 80 83 87 8f 91 97 9e a1 a2")]
    [InlineData(PacketType.UnsubAck, "00 11 80 83 87 8f 91")]
    [InlineData(PacketType.Disconnect,
        "00 04 80 81 82 83 87 89 8b 8c 8d 8e 8f 90 93 94 95 96 97 98 99 9a 9b 9c 9d 9e 9f a0 a1 a2")]
    [InlineData(PacketType.Auth, "00 18 19")]
    [InlineData(PacketType.Publish, "")]
    public void A_packet_carries_the_reason_codes_of_its_table(PacketType type, string codes)
    {
        IEnumerable<byte> allowed = Enumerable.Range(0, 256).Select(code => (byte)code)
            .Where(code => ReasonCodes.IsAllowed(type, (ReasonCode)code));

        Assert.Equal(WireText.Parse(codes), allowed);
    }
}
