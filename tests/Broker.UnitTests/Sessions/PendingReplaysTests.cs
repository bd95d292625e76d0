using Broker.Messages;
using Broker.Sessions;

namespace Broker.UnitTests.Sessions;

public sealed class PendingReplaysTests
{
    [Fact]
    public void They_are_served_in_order()
    {
        PendingReplays replays = new();
        foreach (string key in new[] { "a", "b", "c" }) replays.Enqueue(new Replay(key));

        List<string> order = [];
        while (replays.TryPeek(out IRetainedReplay? replay))
        {
            order.Add(replay.Subscription.Key);
            replays.Dequeue();
        }

        Assert.Equal(["a", "b", "c"], order);
    }

    [Fact]
    public void Subscribing_again_and_again_does_not_make_it_longer()
    {
        PendingReplays replays = new();
        Replay last = new("a");
        for (int i = 0; i < 10; i++) replays.Enqueue(new Replay("a"));
        replays.Enqueue(last);

        Assert.Equal(1, replays.Count);
        Assert.True(replays.TryPeek(out IRetainedReplay? first));
        Assert.Same(last, first);
    }

    [Fact]
    public void One_that_is_removed_is_not_served()
    {
        PendingReplays replays = new();
        replays.Enqueue(new Replay("a"));
        replays.Enqueue(new Replay("b"));

        replays.Remove("a");
        replays.Remove("unknown");

        Assert.True(replays.TryPeek(out IRetainedReplay? first));
        Assert.Equal("b", first.Subscription.Key);
        replays.Dequeue();
        Assert.False(replays.TryPeek(out _));
    }

    private sealed class Replay(string key) : IRetainedReplay
    {
        public Subscription Subscription { get; } = new() { Session = null!, Key = key, Filter = key };

        public bool TryNext(long nowUnixMilliseconds, out Message? message)
        {
            message = null;
            return false;
        }
    }
}
