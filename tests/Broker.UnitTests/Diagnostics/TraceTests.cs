using Broker.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Diagnostics;

public sealed class TraceTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(null, null, null, true)]
    [InlineData("sub", null, null, true)]
    [InlineData("pub", null, null, true)]
    [InlineData("other", null, null, false)]
    [InlineData(null, "a/#", null, true)]
    [InlineData(null, "$share/g/a/+", null, true)]
    [InlineData(null, "b/#", null, false)]
    [InlineData("sub", "b/#", null, false)]
    [InlineData(null, null, "10.0.0.5", true)]
    [InlineData(null, null, "10.0.0.5:1234", true)]
    [InlineData(null, null, "10.0.0.0/8", true)]
    [InlineData(null, null, "10.0.0.5:1235", false)]
    [InlineData(null, null, "10.0.0.50", false)]
    [InlineData(null, null, "::1", false)]
    [InlineData("pub", "a/b", "10.0.0.5", true)]
    public void A_trace_has_what_all_of_its_filters_want(string? client, string? topic, string? address, bool isWanted)
    {
        TraceEvent sent = new(TraceWord.Sent, "sub", "a/b") { PublisherId = "pub", Address = "10.0.0.5:1234" };

        Assert.Equal(isWanted, new TraceFilter(client, topic, address).Wants(sent));
    }

    [Theory]
    [InlineData("a/b", "a/#", true)]
    [InlineData("a/#", "a/b", true)]
    [InlineData("a/#", "a/+/c", true)]
    [InlineData("a/+", "$share/g/a/+", true)]
    [InlineData("a/b", "b/#", false)]
    public void A_subscription_is_told_when_one_filter_has_what_the_other_has(string wanted, string filter, bool isWanted) =>
        Assert.Equal(isWanted, new TraceFilter(null, wanted, null).Wants(new TraceEvent(TraceWord.Subscribe, "c", filter)));

    [Fact]
    public void What_has_no_topic_or_no_address_is_in_no_trace_of_one()
    {
        TraceEvent connect = new(TraceWord.Connect, "c", Topic: null);

        Assert.False(new TraceFilter(null, "#", null).Wants(connect));
        Assert.False(new TraceFilter(null, null, "127.0.0.1").Wants(connect));
        Assert.True(new TraceFilter("c", null, null).Wants(connect));
    }

    [Theory]
    [InlineData("10.0.0.5", true)]
    [InlineData("2001:db8::1", true)]
    [InlineData("10.0.0.0/8", true)]
    [InlineData("10.0.0.5:1883", true)]
    [InlineData("/run/broker.sock", true)]
    [InlineData("10.0.0.0/33", false)]
    [InlineData("somewhere", false)]
    [InlineData("somewhere:1883", false)]
    public void An_address_is_one_or_is_refused(string text, bool isAddress) =>
        Assert.Equal(isAddress, TraceFilter.IsAddress(text));

    [Fact]
    public void More_than_the_rate_in_a_second_is_left_out_and_counted()
    {
        TraceViewer viewer = new(new TraceFilter(null, null, null), rate: 3, _time);
        for (int second = 0; second < 2; second++)
        {
            for (int i = 0; i < 10; i++) viewer.Offer(Sent($"{second}/{i}"));
            Assert.Equal([$"{second}/0", $"{second}/1", $"{second}/2"], Read(viewer));
            Assert.Equal(0, viewer.TakeLeftOut());
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(7, viewer.TakeLeftOut());
            Assert.Equal(0, viewer.TakeLeftOut());
        }
    }

    [Fact]
    public void Who_does_not_read_makes_nothing_grow_and_is_told_how_much_was_left_out()
    {
        TraceViewer viewer = new(new TraceFilter(null, null, null), rate: 10_000, _time);
        for (int i = 0; i < 5000; i++) viewer.Offer(Sent($"{i}"));

        Assert.Equal(TraceViewer.WaitingMax, Read(viewer).Count);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(5000 - TraceViewer.WaitingMax, viewer.TakeLeftOut());
    }

    [Fact]
    public async Task Who_waits_is_woken_by_what_comes_and_by_what_was_left_out_and_by_the_end()
    {
        TraceViewer viewer = new(new TraceFilter(null, null, null), rate: 1, _time);
        Task<bool> first = viewer.WaitToReadAsync(CancellationToken.None);
        Assert.False(first.IsCompleted);
        viewer.Offer(Sent("1"));
        Assert.True(await first);
        Assert.Equal(["1"], Read(viewer));

        viewer.Offer(Sent("2"));
        Assert.True(await viewer.WaitToReadAsync(CancellationToken.None));
        Assert.Empty(Read(viewer));
        Assert.Equal(0, viewer.TakeLeftOut());
        Task<bool> second = viewer.WaitToReadAsync(CancellationToken.None);
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await second);
        Assert.Equal(1, viewer.TakeLeftOut());

        Task<bool> last = viewer.WaitToReadAsync(CancellationToken.None);
        viewer.End();
        Assert.False(await last);
    }

    [Fact]
    public void There_are_so_many_traces_at_a_time_and_without_one_nobody_is_told()
    {
        Traces traces = new();
        Assert.Null(traces.Now);
        List<TraceViewer> viewers = [];
        for (int i = 0; i <= Traces.CountMax; i++) viewers.Add(new TraceViewer(new TraceFilter(null, null, null), 10, _time));

        Assert.All(viewers.SkipLast(1), viewer => Assert.True(traces.TryAdd(viewer, _time)));
        Assert.False(traces.TryAdd(viewers[^1], _time));
        traces.Now!.Tell(Sent("a"));
        Assert.All(viewers.SkipLast(1), static viewer => Assert.Single(Read(viewer)));
        foreach (TraceViewer viewer in viewers) traces.Remove(viewer);
        Assert.Null(traces.Now);
    }

    private static TraceEvent Sent(string topic) => new(TraceWord.Sent, "c", topic);

    private static List<string?> Read(TraceViewer viewer)
    {
        List<string?> topics = [];
        while (viewer.TryRead(out TraceEvent? happened)) topics.Add(happened.Topic);
        return topics;
    }
}
