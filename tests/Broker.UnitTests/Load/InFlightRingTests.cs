using Load.Clients;

namespace Broker.UnitTests.Load;

public sealed class InFlightRingTests
{
    [Fact]
    public void The_window_is_full_until_one_is_acknowledged()
    {
        var ring = new InFlightRing(3);
        for (int i = 0; i < 3; i++) ring.Take(100 + i);

        Assert.False(ring.HasRoom);
        Assert.Equal(100, ring.Release(1, out bool wasOldest));
        Assert.True(wasOldest);
        Assert.True(ring.HasRoom);
        Assert.Equal(4, ring.Take(103));
    }

    [Fact]
    public void An_acknowledgement_that_overtakes_is_seen()
    {
        var ring = new InFlightRing(4);
        for (int i = 0; i < 3; i++) ring.Take(0);

        ring.Release(2, out bool second);
        ring.Release(1, out bool first);
        ring.Release(3, out bool third);

        Assert.Equal((false, true, true), (second, first, third));
    }

    [Fact]
    public void A_packet_id_is_in_flight_from_its_use_to_its_acknowledgement()
    {
        var ring = new InFlightRing(2);

        Assert.False(ring.Holds(1));
        ushort id = ring.Take(0);
        Assert.True(ring.Holds(id));
        Assert.False(ring.Holds(0));
        Assert.False(ring.Holds((ushort)(id + 2)));
        ring.Release(id, out _);
        Assert.False(ring.Holds(id));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(32768)]
    public void Packet_ids_go_round_and_are_never_0(int window)
    {
        var ring = new InFlightRing(window);
        for (int i = 0; i < 200_000; i++)
        {
            ushort id = ring.Take(i);
            Assert.NotEqual(0, id);
            Assert.Equal(i, ring.Release(id, out bool wasOldest));
            Assert.True(wasOldest);
        }
    }
}
