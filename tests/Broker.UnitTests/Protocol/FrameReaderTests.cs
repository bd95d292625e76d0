using System.Buffers;
using Broker.Protocol;
using Broker.TestKit;
using Broker.TestKit.Packets;

namespace Broker.UnitTests.Protocol;

public sealed class FrameReaderTests
{
    [Theory]
    [InlineData("30 00", 2, 0)]
    [InlineData("30 7f", 2, 127)]
    [InlineData("30 80 01", 3, 128)]
    [InlineData("30 ff 7f", 3, 16_383)]
    [InlineData("30 80 80 01", 4, 16_384)]
    [InlineData("30 ff ff 7f", 4, 2_097_151)]
    [InlineData("30 80 80 80 01", 5, 2_097_152)]
    [InlineData("30 ff ff ff 7f", 5, 268_435_455)]
    public void The_remaining_length_is_read_at_its_limits(string wire, int headerLength, int remainingLength)
    {
        foreach (ReadOnlySequence<byte> bytes in Segmentations.Of(WireText.Parse(wire)))
        {
            FrameStatus status = FrameReader.TryRead(bytes, 0, out FrameHeader header, out Fault? fault);

            Assert.Null(fault);
            Assert.Equal(new FrameHeader(0x30, headerLength, remainingLength), header);
            Assert.Equal(remainingLength == 0 ? FrameStatus.Complete : FrameStatus.Incomplete, status);
            Assert.Equal(headerLength + remainingLength, header.TotalLength);
        }
    }

    [Fact]
    public void A_packet_as_long_as_the_limit_passes_and_one_byte_more_does_not()
    {
        byte[] wire = WireText.Parse("30 05 00 03 'a/b'");

        Assert.Equal(FrameStatus.Complete, FrameReader.TryRead(wire, 7, out _, out _));
        Assert.Equal(FrameStatus.TooLarge, FrameReader.TryRead(wire, 6, out FrameHeader header, out Fault? fault));
        Assert.Equal(7, header.TotalLength);
        Assert.Same(Faults.PacketTooLarge, fault);
    }

    [Fact]
    public void Too_large_a_packet_is_known_by_its_header_alone() =>
        Assert.Equal(FrameStatus.TooLarge, FrameReader.TryRead(WireText.Parse("30 64"), 100, out _, out _));

    [Fact]
    public void A_wrong_first_byte_is_known_at_once() =>
        Assert.Equal(FrameStatus.Malformed, FrameReader.TryRead(WireText.Parse("05"), 0, out _, out _));

    [Fact]
    public void The_first_of_several_packets_is_found()
    {
        FrameStatus status = FrameReader.TryRead(WireText.Parse("c0 00 30 03 00 01 'a'"), 0, out FrameHeader header, out _);

        Assert.Equal(FrameStatus.Complete, status);
        Assert.Equal(PacketType.PingReq, header.Type);
        Assert.Equal(2, header.TotalLength);
    }

    [Theory]
    [InlineData("6a 02 00 01")]
    [InlineData("8a 06 00 01 00 01 'a' 00")]
    [InlineData("aa 05 00 01 00 01 'a'")]
    public void A_peer_of_3_1_may_repeat_with_dup(string literal)
    {
        byte[] wire = WireText.Parse(literal);

        Assert.Equal(FrameStatus.Complete, FrameReader.TryRead(wire, 0, ProtocolVersion.Mqtt31, out _, out _));
        Assert.Equal(FrameStatus.Malformed, FrameReader.TryRead(wire, 0, ProtocolVersion.Mqtt311, out _, out _));
        Assert.Equal(FrameStatus.Malformed, FrameReader.TryRead(wire, 0, out _, out _));
    }

    [Fact]
    public void Only_5_0_demands_the_shortest_length_and_a_CONNECT_may_be_of_any_version()
    {
        byte[] ping = WireText.Parse("c0 80 00"), connect = WireText.Parse("10 81 80 80 00 00");

        Assert.Equal(FrameStatus.Complete, FrameReader.TryRead(ping, 0, ProtocolVersion.Mqtt31, out _, out _));
        Assert.Equal(FrameStatus.Complete, FrameReader.TryRead(ping, 0, ProtocolVersion.Mqtt311, out _, out _));
        Assert.Equal(FrameStatus.Malformed, FrameReader.TryRead(ping, 0, ProtocolVersion.Mqtt50, out _, out _));
        Assert.Equal(FrameStatus.Malformed, FrameReader.TryRead(ping, 0, out _, out _));
        Assert.Equal(FrameStatus.Complete, FrameReader.TryRead(connect, 0, out FrameHeader header, out _));
        Assert.Equal((5, 1, true), (header.HeaderLength, header.RemainingLength, header.IsLengthPadded));
    }

    [Fact]
    public void The_first_byte_decides_as_the_specification_has_it()
    {
        for (int first = 0; first <= 0xFF; first++)
        {
            int flags = first & 0x0F;
            bool isAllowed = (first >> 4) switch
            {
                0 => false,
                3 => true,
                6 or 8 or 10 => flags == 2,
                _ => flags == 0,
            };

            FrameStatus status = FrameReader.TryRead([(byte)first, 0], 0, out _, out _);

            Assert.Equal(isAllowed ? FrameStatus.Complete : FrameStatus.Malformed, status);
        }
    }
}
