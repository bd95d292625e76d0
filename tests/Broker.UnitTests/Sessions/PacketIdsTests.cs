using Broker.Sessions;

namespace Broker.UnitTests.Sessions;

public sealed class PacketIdsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(65_534, 65_534)]
    [InlineData(65_535, 65_535)]
    [InlineData(65_536, 1)]
    [InlineData(131_070, 65_535)]
    [InlineData(131_071, 1)]
    [InlineData(6_553_500_000_001, 1)]
    public void A_sequence_number_gives_an_id_from_1_to_65535(long sequence, int packetId)
    {
        Assert.Equal(packetId, PacketIds.Of(sequence));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65_500)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(10_000_000)]
    public void The_offset_from_a_sequence_number_is_found_again_from_the_id(long first)
    {
        foreach (int offset in new[] { 0, 1, 34, 35, 36, 65_533, 65_534 })
            Assert.Equal(offset, PacketIds.OffsetFrom(first, PacketIds.Of(first + offset)));
    }
}
