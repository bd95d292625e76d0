using System.Buffers;
using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Packets;

namespace Broker.UnitTests.Protocol;

public sealed class PublishTests
{
    private const ProtocolVersion V5 = ProtocolVersion.Mqtt50;

    [Fact]
    public void The_view_shows_the_frame()
    {
        byte[] body = WireFrame.Parse("<'a/b'> 00 07 (02 00 00 00 3c 01 01 26 <'n'> <'v'> 23 00 05) 'payload'");

        Assert.True(PublishPacket.TryDecode(0x0b, body, V5, PublishDirection.FromClient, out PublishPacket packet, out _));

        Assert.True(packet.Dup && packet.Retain);
        Assert.Equal(QualityOfService.AtLeastOnce, packet.Qos);
        Assert.Equal("a/b", Encoding.UTF8.GetString(packet.TopicUtf8));
        Assert.Equal(7, packet.PacketId);
        Assert.Equal("payload", Encoding.UTF8.GetString(packet.Payload));
        Assert.Equal(5, packet.TopicAlias);
        Assert.True(packet.HasMessageExpiry);
        Assert.Equal(60u, packet.MessageExpirySeconds);
        Assert.Equal(1, packet.PayloadFormatIndicator);
        Assert.Equal(WireFrame.Parse("02 00 00 00 3c 01 01 26 <'n'> <'v'> 23 00 05"), packet.Properties.ToArray());
        Assert.False(packet.HasOnlyForwardedProperties);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("01 00", "01 00")]
    [InlineData("23 00 01", "")]
    [InlineData("26 <'b'> <'1'> 26 <'a'> <'2'> 26 <'b'> <'3'>", "26 <'b'> <'1'> 26 <'a'> <'2'> 26 <'b'> <'3'>")]
    [InlineData("09 <01> 02 00 00 00 01 08 <'r'> 23 00 01 03 <'c'> 0b 05 26 <> <>", "09 <01> 08 <'r'> 03 <'c'> 26 <> <>")]
    public void Only_properties_that_belong_to_the_message_are_forwarded_in_their_order(string properties, string forwarded)
    {
        byte[] body = WireFrame.Parse($"<'a'> ({properties})");
        Assert.True(PublishPacket.TryDecode(0, body, V5, PublishDirection.FromServer, out PublishPacket packet, out _));

        byte[] copy = new byte[packet.ForwardedPropertiesLength];
        packet.CopyForwardedProperties(copy);

        Assert.Equal(WireText.Format(WireFrame.Parse(forwarded)), WireText.Format(copy));
        Assert.Equal(properties == forwarded, packet.HasOnlyForwardedProperties);
    }

    [Fact]
    public void An_expiry_of_zero_is_not_an_absent_one()
    {
        byte[] body = WireFrame.Parse("<'a'> (02 00 00 00 00)");

        Assert.True(PublishPacket.TryDecode(0, body, V5, PublishDirection.FromClient, out PublishPacket packet, out _));

        Assert.True(packet.HasMessageExpiry);
        Assert.Equal(0u, packet.MessageExpirySeconds);
    }

    [Fact]
    public void Before_5_0_the_payload_begins_where_the_properties_would()
    {
        byte[] body = WireFrame.Parse("<'a'> 03 23 00 01");

        Assert.True(PublishPacket.TryDecode(
            0, body, ProtocolVersion.Mqtt311, PublishDirection.FromClient, out PublishPacket packet, out _));

        Assert.Equal("03 23 00 01", WireText.Format(packet.Payload));
        Assert.True(packet.Properties.IsEmpty);
        Assert.Equal(0, packet.TopicAlias);
    }

    [Fact]
    public void Properties_of_5_0_are_not_written_before_it()
    {
        uint[] ids = [1, 2];
        var fields = new PublishFields
        {
            TopicUtf8 = "a"u8,
            ForwardedProperties = [0x01, 0x01],
            MessageExpirySeconds = 5,
            SubscriptionIds = ids,
            TopicAlias = 3,
            Payload = "x"u8,
        };
        var output = new ArrayBufferWriter<byte>();

        PublishEncoder.Write(output, ProtocolVersion.Mqtt311, fields);

        Assert.Equal("30 04 00 01 61 78", WireText.Format(output.WrittenSpan));
        Assert.Equal(6, PublishEncoder.GetLength(ProtocolVersion.Mqtt311, fields));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(120)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16_379)]
    [InlineData(16_380)]
    [InlineData(16_381)]
    [InlineData(2_097_151)]
    public void The_length_is_right_where_the_remaining_length_grows(int payloadLength)
    {
        var packet = new PublishSnapshot { Topic = "a", Payload = new byte[payloadLength] };

        var read = (PublishSnapshot)Codec.Read(packet.Encode(V5), V5);

        Assert.Equal(payloadLength, read.Payload.Length);
    }

    [Fact]
    public void The_encoder_never_makes_a_frame_that_no_header_can_describe()
    {
        byte[] payload = new byte[FrameReader.RemainingLengthMax];
        byte[] destination = new byte[8];

        Assert.Throws<ArgumentOutOfRangeException>(() => PublishEncoder.Write(
            destination, ProtocolVersion.Mqtt311, new PublishFields { TopicUtf8 = "a"u8, Payload = payload }));
    }
}
