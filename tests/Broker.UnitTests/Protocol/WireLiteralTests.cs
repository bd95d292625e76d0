using System.Buffers;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Packets;

namespace Broker.UnitTests.Protocol;

public sealed class WireLiteralTests
{
    public static TheoryData<string> Vectors => [.. AcceptVectors.All.Select(vector => vector.ToString())];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_literal_is_understood_in_every_segmentation(string name)
    {
        AcceptVector vector = Find(name);
        byte[] wire = WireFrame.Parse(vector.Wire);

        foreach (ReadOnlySequence<byte> bytes in Segmentations.Of(wire))
        {
            bool isRead = Codec.TryRead(
                bytes, vector.Version, PublishDirection.FromServer, wire.Length, out object? packet, out Fault? fault);

            Assert.True(isRead, $"{fault}");
            Assert.Equal(Described.Of(vector.Packet), Described.Of(packet));
        }
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_packet_is_written_as_its_literal(string name)
    {
        AcceptVector vector = Find(name);

        byte[] written = Codec.Write(vector.Packet, vector.Version);

        Assert.Equal(WireText.Format(WireFrame.Parse(vector.Wire)), WireText.Format(written));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Every_beginning_of_a_literal_is_incomplete(string name)
    {
        byte[] wire = WireFrame.Parse(Find(name).Wire);

        for (int length = 0; length < wire.Length; length++)
        {
            foreach (ReadOnlySequence<byte> bytes in Segmentations.Of(wire[..length]))
            {
                Assert.Equal(FrameStatus.Incomplete, FrameReader.TryRead(bytes, 0, out _, out Fault? fault));
                Assert.Null(fault);
            }
        }
    }

    [Fact]
    public void Every_packet_type_has_a_literal_before_5_0_and_in_it()
    {
        var shown = AcceptVectors.All
            .Select(vector => ((PacketType)(WireFrame.Parse(vector.Wire)[0] >> 4), vector.Version == ProtocolVersion.Mqtt50))
            .ToHashSet();
        foreach (PacketType type in Enum.GetValues<PacketType>().Where(type => type != PacketType.Reserved))
        {
            Assert.Contains((type, true), shown);
            Assert.Equal(type != PacketType.Auth, shown.Contains((type, false)));
        }
    }

    private static AcceptVector Find(string name) => AcceptVectors.All.Single(vector => vector.ToString() == name);
}
