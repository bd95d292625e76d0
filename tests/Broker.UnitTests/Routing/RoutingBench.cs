using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Persistence;
using Broker.Protocol;
using Broker.Retained;
using Broker.Routing;
using Broker.Sessions;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Routing;

/// <summary>A router with sessions that are made by name.</summary>
internal sealed class RoutingBench : IDisposable
{
    private readonly SessionContext _context;

    public RoutingBench(LimitOptions? limits = null)
    {
        limits ??= new LimitOptions();
        MemoryStateStore store = new();
        _context = new SessionContext(new SessionLimits(limits), store, Metrics, TimeProvider.System);
        Tree = new SubscriptionTree(limits.AllowDuplicateMessages);
        Retained = new RetainedTree(store);
        Router = new MessageRouter(Tree, Retained, Metrics, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
    }

    public BrokerMetrics Metrics { get; } = new();

    public SubscriptionTree Tree { get; }

    public RetainedTree Retained { get; }

    public MessageRouter Router { get; }

    /// <summary>A session with a connection.</summary>
    public Session Connected(string clientId, FakeConnection? connection = null)
    {
        Session session = new(clientId, _context);
        session.Attach(connection ?? new FakeConnection(), new AttachOptions(null, Session.NeverExpires, 20, null));
        return session;
    }

    /// <summary>A persistent session whose client is away.</summary>
    public Session Away(string clientId)
    {
        FakeConnection connection = new();
        Session session = Connected(clientId, connection);
        session.Detach(connection, null);
        return session;
    }

    public Subscription Subscribe(Session session, string filter, string? share = null,
        QualityOfService qos = QualityOfService.ExactlyOnce, bool noLocal = false, bool retainAsPublished = false, uint id = 0)
    {
        Subscription subscription = new()
        {
            Session = session,
            Key = share is null ? filter : $"$share/{share}/{filter}",
            Filter = filter,
            ShareName = share,
            Qos = qos,
            NoLocal = noLocal,
            RetainAsPublished = retainAsPublished,
            Ids = id == 0 ? [] : [id],
        };
        session.Put(subscription, 0, out _);
        Tree.Put(subscription);
        return subscription;
    }

    public RouteResult Publish(string topic, QualityOfService qos = QualityOfService.AtLeastOnce, string? publisher = null)
    {
        TouchedConnections touched = new();
        RouteResult result = Router.Route(TestMessages.Of(topic, qos, publisher: publisher), touched);
        touched.Drain();
        return result;
    }

    public void Dispose() => Metrics.Dispose();
}
