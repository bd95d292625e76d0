using System.Text;
using BenchmarkDotNet.Attributes;
using Broker.Benchmarks.Engine;
using Broker.Benchmarks.Wire;
using Broker.Configuration;
using Broker.Connections;
using Broker.Diagnostics;
using Broker.Persistence;
using Broker.Routing;
using Broker.Sessions;

namespace Broker.Benchmarks.Steps;

/// <summary>From a topic to who gets it: in a tree of 10,000 filters, or from what a connection remembers.</summary>
public class Match
{
    private const int Filters = 10_000;
    private const int FiltersPerSession = 10;

    // More than a connection remembers: in turn, none of them is ever there.
    private const int ManyTopics = 1100;

    private readonly BrokerMetrics _metrics = new();
    private readonly SubscriptionTree _exact;
    private readonly SubscriptionTree _plus;
    private readonly SubscriptionTree _hash;
    private readonly SubscriptionTree _merging;
    private readonly TopicCache _cache;
    private readonly byte[] _otherTopic = [.. "plant/8/line/3/temperature"u8];
    private readonly byte[][] _manyTopics;
    private int _turn;

    public Match()
    {
        _manyTopics =
            [.. Enumerable.Range(1000, ManyTopics).Select(static i => Encoding.UTF8.GetBytes($"plant/{i}/line/3/temperature"))];
        _exact = TreeOf(index => $"plant/{index}/line/3/temperature", allowDuplicates: true);
        _plus = TreeOf(index => $"plant/{index}/line/+/temperature", allowDuplicates: true);
        _hash = TreeOf(index => $"plant/{index}/#", allowDuplicates: true);
        _merging = TreeOf(index => $"plant/{index}/line/3/temperature", allowDuplicates: false);
        _cache = new TopicCache(_exact, null);
        foreach (byte[] topic in _manyTopics) _cache.Get(topic);
    }

    [Benchmark]
    public int Exact() => _exact.Match(Frames.Topic).FanOut;

    [Benchmark]
    public int Plus() => _plus.Match(Frames.Topic).FanOut;

    [Benchmark]
    public int Hash() => _hash.Match(Frames.Topic).FanOut;

    /// <summary>With <c>allow_duplicate_messages false</c>.</summary>
    [Benchmark]
    public int ExactMerged() => _merging.Match(Frames.Topic).FanOut;

    [Benchmark]
    public int Nobody() => _exact.Match("plant/none/line/3/temperature").FanOut;

    /// <summary>The topic of the message before.</summary>
    [Benchmark]
    public int CachedSameTopic() => _cache.Get(Frames.TopicUtf8).Match.FanOut;

    /// <summary>Two topics in turn: each is looked up among what the connection has published to.</summary>
    [Benchmark(OperationsPerInvoke = 2)]
    public int CachedOtherTopic() => _cache.Get(Frames.TopicUtf8).Match.FanOut + _cache.Get(_otherTopic).Match.FanOut;

    /// <summary>A topic that the connection has not published to, or too long ago.</summary>
    [Benchmark]
    public int NotCached() => _cache.Get(_manyTopics[_turn++ % ManyTopics]).Match.FanOut;

    [GlobalCleanup]
    public void CleanUp() => _metrics.Dispose();

    private SubscriptionTree TreeOf(Func<int, string> filterOf, bool allowDuplicates)
    {
        var context = new SessionContext(
            new SessionLimits(new LimitOptions()), new MemoryStateStore(), _metrics, TimeProvider.System);
        var tree = new SubscriptionTree(allowDuplicates);
        Session? session = null;
        for (int i = 0; i < Filters; i++)
        {
            if (i % FiltersPerSession == 0) session = new TakingConnection($"client-{i}", context).Session;
            string filter = filterOf(i);
            tree.Put(new Subscription { Session = session!, Key = filter, Filter = filter });
        }
        return tree;
    }
}
