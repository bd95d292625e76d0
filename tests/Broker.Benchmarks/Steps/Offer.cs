using BenchmarkDotNet.Attributes;
using Broker.Benchmarks.Engine;
using Broker.Benchmarks.Wire;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Messages;
using Broker.Persistence;
using Broker.Protocol;
using Broker.Retained;
using Broker.Routing;
using Broker.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Broker.Benchmarks.Steps;

/// <summary>
/// A message into the outbox of sessions and out again, QoS 1 with its acknowledgement. The message is there already, and
/// nothing is written.
/// </summary>
public class Offer
{
    private const int FanOut = 100;

    private readonly BrokerMetrics _metrics = new();
    private readonly TouchedConnections _touched = new();
    private readonly Message _qos0 = MessageOf(QualityOfService.AtMostOnce);
    private readonly Message _qos1 = MessageOf(QualityOfService.AtLeastOnce);
    private readonly Crowd _one;
    private readonly Crowd _oneStored;
    private readonly Crowd _hundred;

    public Offer()
    {
        _one = new Crowd(1, new MemoryStateStore(), _metrics);
        _oneStored = new Crowd(1, new PromptStore(), _metrics);
        _hundred = new Crowd(FanOut, new MemoryStateStore(), _metrics);
    }

    [Benchmark]
    public int Qos0ToOne() => Route(_qos0, _one);

    [Benchmark]
    public int Qos1ToOne() => Route(_qos1, _one);

    /// <summary>The session is kept in a store.</summary>
    [Benchmark]
    public int Qos1ToOneStored() => Route(_qos1, _oneStored);

    [Benchmark(OperationsPerInvoke = FanOut)]
    public int Qos0ToEachOfHundred() => Route(_qos0, _hundred);

    [Benchmark(OperationsPerInvoke = FanOut)]
    public int Qos1ToEachOfHundred() => Route(_qos1, _hundred);

    [GlobalCleanup]
    public void CleanUp() => _metrics.Dispose();

    private int Route(Message message, Crowd crowd)
    {
        crowd.Router.Route(message, crowd.Receivers, _touched);
        _touched.Drain();
        return crowd.Last.Taken;
    }

    private static Message MessageOf(QualityOfService qos) =>
        new(new Topic(Frames.Topic), Frames.Payload(), 0) { Qos = qos, PublisherId = "publisher" };

    /// <summary>Sessions with a connection that are all subscribed to the topic.</summary>
    private sealed class Crowd
    {
        public Crowd(int count, IStateStore store, BrokerMetrics metrics)
        {
            var context = new SessionContext(new SessionLimits(new LimitOptions()), store, metrics, TimeProvider.System);
            Router = new MessageRouter(
                new SubscriptionTree(allowDuplicates: true), new RetainedTree(store), metrics, NullLogger.Instance);
            for (int i = 0; i < count; i++)
            {
                Last = new TakingConnection($"client-{i}", context);
                var subscription = new Subscription
                {
                    Session = Last.Session, Key = "plant/#", Filter = "plant/#", Qos = QualityOfService.AtLeastOnce,
                };
                Router.Subscriptions.Put(subscription);
            }
            Receivers = Router.Subscriptions.Match(Frames.Topic);
        }

        public MessageRouter Router { get; }

        public MatchResult Receivers { get; }

        public TakingConnection Last { get; } = null!;
    }
}
