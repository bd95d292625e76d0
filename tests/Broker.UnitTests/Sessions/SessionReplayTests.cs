using Broker.Protocol;
using Broker.Retained;
using Broker.Sessions;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Sessions;

/// <summary>Retained messages on their way through a session.</summary>
public sealed class SessionReplayTests
{
    private const QualityOfService Q1 = QualityOfService.AtLeastOnce;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(1000)]
    public void Qos_0_comes_whole_in_one_drain(int count)
    {
        using SessionBench bench = new(isDurable: false);
        RetainedTree tree = Filled(bench, count);
        Subscription subscription = bench.Subscribe("#", QualityOfService.AtMostOnce);

        bench.Session.Enqueue(tree.Replay(subscription));

        List<OutgoingItem> written = bench.Drain();
        Assert.Equal(count, written.Count);
        Assert.Equal(count, written.DistinctBy(item => item.Entry.Message.Topic.Name).Count());
        Assert.All(written, item => Assert.True(item.Entry.Retain));
    }

    [Fact]
    public void Qos_1_is_paced_by_the_window_and_comes_whole()
    {
        using SessionBench bench = new(isDurable: false);
        RetainedTree tree = Filled(bench, 1000, Q1);
        Subscription subscription = bench.Subscribe("#", Q1);
        bench.Session.Enqueue(tree.Replay(subscription));

        int received = 0;
        for (List<OutgoingItem> lot = bench.Drain(); lot.Count > 0; lot = bench.Drain())
        {
            Assert.InRange(lot.Count, 1, 20);
            Assert.InRange(bench.Session.QueuedCount, 0, 60);
            received += lot.Count;
            foreach (OutgoingItem item in lot) bench.Session.OnPubAck(bench.Connection, PacketIds.Of(item.Entry.Sequence));
        }

        Assert.Equal(1000, received);
    }

    [Fact]
    public void Who_unsubscribes_in_the_middle_gets_only_what_was_on_its_way()
    {
        using SessionBench bench = new(isDurable: false);
        RetainedTree tree = Filled(bench, 1000, Q1);
        Subscription subscription = bench.Subscribe("#", Q1);
        bench.Session.Enqueue(tree.Replay(subscription));
        int received = bench.Drain().Count;

        bench.Session.Remove("#", out _);
        for (ushort id = 1; id <= 100; id++)
        {
            bench.Session.OnPubAck(bench.Connection, id);
            received += bench.Drain().Count;
        }

        Assert.InRange(received, 20, 60);
    }

    [Fact]
    public void A_replay_for_a_subscription_that_is_gone_already_is_not_begun()
    {
        using SessionBench bench = new(isDurable: false);
        RetainedTree tree = Filled(bench, 10);
        Subscription subscription = bench.Subscribe("#");
        bench.Session.Remove("#", out _);

        bench.Session.Enqueue(tree.Replay(subscription));

        Assert.Empty(bench.Written());
    }

    [Fact]
    public void It_goes_on_after_the_client_was_away()
    {
        using SessionBench bench = new(isDurable: false);
        RetainedTree tree = Filled(bench, 100, Q1);
        Subscription subscription = bench.Subscribe("#", Q1);
        bench.Session.Enqueue(tree.Replay(subscription));
        HashSet<string> topics = [];

        for (int round = 0; round < 40 && topics.Count < 100; round++)
        {
            foreach (OutgoingItem item in bench.Drain())
            {
                topics.Add(item.Entry.Message.Topic.Name);
                bench.Session.OnPubAck(bench.Connection, PacketIds.Of(item.Entry.Sequence));
            }
            bench.Detach();
            bench.Attach();
        }

        Assert.Equal(100, topics.Count);
    }

    private static RetainedTree Filled(SessionBench bench, int count, QualityOfService qos = QualityOfService.AtMostOnce)
    {
        RetainedTree tree = new(bench.Context.Store);
        for (int i = 0; i < count; i++) tree.Set(TestMessages.Retained($"a/{i}", qos: qos));
        return tree;
    }
}
