using Load.Clients;

namespace Broker.UnitTests.Load;

public sealed class DeliveryWindowTests
{
    [Fact]
    public void The_window_is_full_until_everybody_has_the_oldest()
    {
        var window = new DeliveryWindow(2);
        window.Sent(receivers: 2);
        Assert.True(window.HasRoom);
        window.Sent(receivers: 2);

        Assert.False(window.HasRoom);
        Assert.False(window.Delivered(0));
        Assert.False(window.HasRoom);
        Assert.True(window.Delivered(0));
        Assert.True(window.HasRoom);
    }

    [Fact]
    public void A_later_message_makes_room_only_with_the_earlier_ones()
    {
        var window = new DeliveryWindow(3);
        for (int i = 0; i < 3; i++) window.Sent(receivers: 1);

        Assert.False(window.Delivered(1));
        Assert.False(window.HasRoom);
        Assert.True(window.Delivered(0));
        window.Sent(receivers: 1);
        window.Sent(receivers: 1);
        Assert.False(window.HasRoom);
    }

    [Fact]
    public void What_nobody_receives_takes_no_room()
    {
        var window = new DeliveryWindow(1);
        for (int i = 0; i < 5; i++) window.Sent(receivers: 0);

        Assert.True(window.HasRoom);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(2)]
    public void A_message_that_is_not_on_its_way_makes_no_room(long number)
    {
        var window = new DeliveryWindow(1);
        window.Sent(receivers: 1);
        window.Delivered(0);
        window.Sent(receivers: 1);

        Assert.False(window.Delivered(number));
        Assert.False(window.HasRoom);
    }
}
