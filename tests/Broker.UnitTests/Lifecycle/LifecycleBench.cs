using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Lifecycle;
using Broker.Protocol;
using Broker.Retained;
using Broker.Routing;
using Broker.Sessions;
using Broker.TestKit;
using Broker.UnitTests.Engine;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Lifecycle;

/// <summary>A lifecycle with a clock that is moved by hand, and a witness who subscribes to the wills.</summary>
internal sealed class LifecycleBench : IDisposable
{
    private readonly BrokerMetrics _metrics = new();
    private readonly Session _witness;
    private readonly FakeConnection _witnessConnection;

    public LifecycleBench(LimitOptions? limits = null)
    {
        limits ??= new LimitOptions();
        Context = new SessionContext(new SessionLimits(limits), Store, _metrics, Clock);
        Router = new MessageRouter(
            new SubscriptionTree(true), new RetainedTree(Store), _metrics, NullLogger.Instance);
        Lifecycle = new SessionLifecycle(Router, Context, new BrokerOptions { Limits = limits }, NullLogger.Instance);
        _witnessConnection = new FakeConnection { OnDrain = () => WitnessDrainsWithinAGroup += Store.OpenGroups };
        _witness = new Session("witness", Context);
        _witness.Attach(_witnessConnection, new AttachOptions(null, 0, 1000, null));
        Router.Subscriptions.Put(new Subscription { Session = _witness, Key = "will", Filter = "will" });
    }

    public FakeTimeProvider Clock { get; } = new();

    public ManualStateStore Store { get; } = new();

    public SessionContext Context { get; }

    public MessageRouter Router { get; }

    public SessionLifecycle Lifecycle { get; }

    public OpenResult Open(FakeConnection connection, bool cleanStart = false, uint expiry = 0, Will? will = null) =>
        Lifecycle.Open(connection, "c", cleanStart, new AttachOptions(null, expiry, 20, will));

    public void Close(FakeConnection connection, Session session, bool isWillWanted = true, uint? expiry = null) =>
        Lifecycle.Close(connection, session, isWillWanted, expiry);

    public void Advance(double seconds)
    {
        Clock.Advance(TimeSpan.FromSeconds(seconds));
        Lifecycle.OnTick(0);
    }

    public int WitnessDrains => _witnessConnection.Drains;

    public int WitnessDrainsWithinAGroup { get; private set; }

    /// <summary>How many wills the witness got since it was asked last.</summary>
    public int WillsSeen()
    {
        OutgoingBatch batch = new();
        _witness.Take(_witnessConnection, batch);
        return batch.Items.Length;
    }

    public static Will Will(uint delaySeconds = 0, uint? expirySeconds = null) =>
        new(TestMessages.Of("will", QualityOfService.AtMostOnce, publisher: "c"), delaySeconds, expirySeconds);

    public void Dispose() => _metrics.Dispose();
}
