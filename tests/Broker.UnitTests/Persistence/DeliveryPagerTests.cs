using System.Collections.Concurrent;
using Broker.Persistence;
using Broker.Persistence.GroupCommit;
using Broker.Persistence.Paging;
using Broker.TestKit;

namespace Broker.UnitTests.Persistence;

public sealed class DeliveryPagerTests
{
    [Fact]
    public void A_queue_that_cannot_be_read_is_told_once_and_holds_up_no_other()
    {
        BlockingCollection<string> told = [];
        StoreOptions options = new() { Location = "", ReadingChanged = broken => told.Add(broken?.Message ?? "read again") };
        Reader reader = new();
        using DeliveryPager pager = new(() => reader, new CommitWaiters(0, null), options);
        Receiver bad = new(), good = new();

        pager.Request(new("bad", 0, 1, 1, 1, 0, bad));
        pager.Request(new("good", 0, 1, 1, 1, 0, good));

        Assert.True(good.Page.Wait(TestTime.Patience), "the other has no page");
        Assert.True(told.TryTake(out string? first, TestTime.Patience));
        Assert.Equal("damaged", first);
        Assert.False(bad.Page.IsSet);
        reader.IsMended = true;
        Assert.True(bad.Page.Wait(TestTime.Patience), "it is not tried again");
    }

    [Fact]
    public void A_page_that_nobody_wants_any_more_is_not_read()
    {
        Reader reader = new();
        using DeliveryPager pager = new(() => reader, new CommitWaiters(0, null), new StoreOptions { Location = "" });
        Receiver gone = new() { IsGone = true }, good = new();

        pager.Request(new("gone", 0, 1, 1, 1, 0, gone));
        pager.Request(new("good", 0, 1, 1, 1, 0, good));

        Assert.True(good.Page.Wait(TestTime.Patience), "the other has no page");
        Assert.Equal(["good"], reader.Asked);
    }

    private sealed class Reader : IDeliveryReader
    {
        public volatile bool IsMended;

        public ConcurrentQueue<string> Asked { get; } = [];

        public DeliveryPage Read(DeliveryPageRequest request)
        {
            Asked.Enqueue(request.ClientId);
            return request.ClientId == "bad" && !IsMended
                ? throw new InvalidDataException("damaged")
                : new DeliveryPage([], request.ThroughSequence);
        }

        public void Dispose()
        {
        }
    }

    private sealed class Receiver : IDeliveryPageReceiver
    {
        public ManualResetEventSlim Page { get; } = new();

        public bool IsGone { get; init; }

        public void OnPage(DeliveryPageRequest request, DeliveryPage page) => Page.Set();
    }
}
