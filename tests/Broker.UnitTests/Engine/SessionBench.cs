using System.Text;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Messages;
using Broker.Persistence;
using Broker.Protocol;
using Broker.Sessions;
using Broker.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Engine;

/// <summary>One session with a fake connection, a store that commits on demand and a clock that stands still.</summary>
internal sealed class SessionBench : IDisposable
{
    public SessionBench(
        LimitOptions? limits = null, bool isDurable = true, uint expirySeconds = Session.NeverExpires,
        KeptKinds kept = KeptKinds.All, KeptState? keptState = null)
    {
        IStateStore store = isDurable ? Store : new MemoryStateStore();
        Context = new SessionContext(new SessionLimits(limits ?? new LimitOptions()), store, Metrics, Clock)
        {
            Kept = keptState ?? new KeptState { Kinds = kept },
        };
        Session = new Session("c", Context);
        Attach(expirySeconds: expirySeconds);
    }

    public FakeTimeProvider Clock { get; } = new();

    public ManualStateStore Store { get; } = new();

    public BrokerMetrics Metrics { get; } = new();

    public SessionContext Context { get; }

    public Session Session { get; }

    public FakeConnection Connection { get; private set; } = new();

    public long Now => Context.NowUnixMilliseconds;

    /// <summary>A new connection serves the session from now on.</summary>
    public long Attach(int receiveMaximum = ushort.MaxValue, uint expirySeconds = Session.NeverExpires)
    {
        Connection = new FakeConnection();
        return Session.Attach(Connection, new AttachOptions(null, expirySeconds, receiveMaximum, null));
    }

    public void Detach() => Session.Detach(Connection, null);

    public Subscription Subscribe(
        string filter, QualityOfService qos = QualityOfService.ExactlyOnce, bool retainAsPublished = false, params uint[] ids)
    {
        var subscription = new Subscription
        {
            Session = Session, Key = filter, Filter = filter, Qos = qos, RetainAsPublished = retainAsPublished, Ids = ids,
        };
        Session.Put(subscription, (byte)qos, out _);
        return subscription;
    }

    /// <summary>Offers a message by a subscription to everything.</summary>
    public OfferResult Offer(Message message) =>
        Session.Offer(
            message, new Subscription { Session = Session, Key = "#", Filter = "#", Qos = QualityOfService.ExactlyOnce });

    /// <summary>Passes a run of messages with one character each, by a subscription to everything.</summary>
    public int Pass(string payloads, QualityOfService qos)
    {
        var run = new PublicationRun
        {
            Topic = new Topic("t"),
            Qos = qos,
            PublisherId = "p",
            Buffer = Encoding.UTF8.GetBytes(payloads),
            Parts = [.. payloads.Select((_, start) => new PublicationPart(start, 1, PropertiesLength: 0, PacketId: 0))],
        };
        var everything = new Subscription { Session = Session, Key = "#", Filter = "#", Qos = QualityOfService.ExactlyOnce };
        return Session.Pass(in run, everything, new ConnectionHold());
    }

    public OfferResult Offer(string payload, QualityOfService qos) => Offer(TestMessages.Of("t", qos, payload));

    /// <summary>PUBREL came, and its answer is owed.</summary>
    public void Release(ushort packetId)
    {
        if (Session.TryRelease(Connection, packetId, out Ack pubComp)) Session.AddAck(Connection, in pubComp);
    }

    /// <summary>
    /// What a drain writes: it takes on only while the batch came back full or a page has come in, as the connection does.
    /// </summary>
    public List<OutgoingItem> Drain()
    {
        List<OutgoingItem> written = [];
        var batch = new OutgoingBatch();
        bool hasMore;
        do
        {
            int drains = Connection.Drains;
            Session.Take(Connection, batch);
            foreach (OutgoingItem item in batch.Items) written.Add(item);
            hasMore = batch.IsFull || Connection.Drains != drains;
            batch.Clear();
        }
        while (hasMore);
        return written;
    }

    /// <summary>The same as text: <c>q1 m7 payload</c>, <c>q1 m7 dup payload</c>, <c>PubAck 7</c>.</summary>
    public string[] Written() => [.. Drain().Select(Describe)];

    public void Dispose() => Metrics.Dispose();

    private static string Describe(OutgoingItem item)
    {
        if (!item.IsPublish) return $"{item.Ack.Type} {item.Ack.PacketId}";
        string id = item.Entry.Sequence == 0 ? "" : $" m{PacketIds.Of(item.Entry.Sequence)}";
        return $"q{(int)item.Entry.Qos}{id}{(item.Dup ? " dup" : "")} {item.Entry.Message.Text()}";
    }
}
