using Broker.Persistence.GroupCommit;

namespace Broker.UnitTests.Persistence;

public sealed class OpenTicketsTests
{
    private readonly OpenTickets _tickets = new(last: 10);

    [Fact]
    public void The_lowest_that_is_open_holds_back_those_behind_it()
    {
        _tickets.Extend(14);
        _tickets.Close(12);
        _tickets.Close(13);
        Assert.Equal(10, _tickets.ClosedThrough);
        _tickets.Close(11);
        Assert.Equal(13, _tickets.ClosedThrough);
        _tickets.Close(14);
        Assert.Equal(14, _tickets.ClosedThrough);
    }

    [Fact]
    public void A_commit_closes_what_is_open_and_what_was_closed_behind_it_follows()
    {
        _tickets.Extend(16);
        _tickets.Close(12);
        _tickets.Close(14);
        _tickets.CloseThrough(13);
        Assert.Equal(14, _tickets.ClosedThrough);
        _tickets.Close(12);
        Assert.Equal(14, _tickets.ClosedThrough);
        _tickets.CloseThrough(12);
        Assert.Equal(14, _tickets.ClosedThrough);
    }

    [Fact]
    public void Any_number_may_be_open_and_each_is_known_however_far_they_get()
    {
        Random random = new(20);
        HashSet<long> open = [];
        long last = 10;
        for (int round = 0; round < 300; round++)
        {
            int count = round % 100 == 0 ? 100_000 : random.Next(2_000);
            for (int i = 0; i < count; i++) open.Add(++last);
            _tickets.Extend(last);
            long[] closed = [.. open.Where(_ => random.Next(3) > 0)];
            foreach (long ticket in closed) _tickets.Close(ticket);
            open.ExceptWith(closed);
            if (round % 7 == 0)
            {
                long through = last - random.Next(1_000);
                _tickets.CloseThrough(through);
                open.RemoveWhere(ticket => ticket <= through);
            }
            Assert.Equal(open.Count == 0 ? last : open.Min() - 1, _tickets.ClosedThrough);
        }
    }
}
