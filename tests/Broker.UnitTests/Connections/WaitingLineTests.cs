using System.Net;
using Broker.Connections;

namespace Broker.UnitTests.Connections;

public sealed class WaitingLineTests
{
    private readonly WaitingLine _line = new();

    // Or whoever has many addresses could make it grow while nobody is let in.
    [Fact]
    public void Addresses_whose_waiters_have_all_left_are_forgotten()
    {
        PlaceWaiter stays = Add("192.0.2.1");
        for (int host = 0; host < 1000; host++) _line.Remove(Add($"2001:db8:0:{host:x}::1"));

        Assert.Equal((1, 1), (_line.Count, _line.AddressCount));
        Assert.Same(stays, _line.Take());
        Assert.Equal((0, 0), (_line.Count, _line.AddressCount));
    }

    [Fact]
    public void Who_waits_in_another_line_is_not_taken_out_of_this_one()
    {
        WaitingLine other = new();
        PlaceWaiter waiter = Add("192.0.2.1");

        other.Remove(waiter);
        Assert.Equal((1, 0), (_line.Count, other.Count));
        _line.Remove(waiter);
        _line.Remove(waiter);

        Assert.Equal((0, 0), (_line.Count, other.Count));
    }

    [Fact]
    public void Turns_go_on_when_somebody_in_between_leaves()
    {
        PlaceWaiter[] first = [Add("192.0.2.1"), Add("192.0.2.1")];
        PlaceWaiter second = Add("192.0.2.2");
        PlaceWaiter third = Add("192.0.2.3");

        Assert.Same(first[0], _line.Take());
        _line.Remove(second);
        Assert.Same(third, _line.Take());
        Assert.Same(first[1], _line.Take());
        Assert.Equal((0, 0), (_line.Count, _line.AddressCount));
    }

    private PlaceWaiter Add(string address)
    {
        var waiter = new PlaceWaiter();
        _line.Add(waiter, IPAddress.Parse(address));
        return waiter;
    }
}
