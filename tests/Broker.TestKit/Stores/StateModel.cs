using System.Text;
using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Persistence.Loading;
using Xunit;

namespace Broker.TestKit.Stores;

/// <summary>What the changes mean, without a database; and both as text, to be compared.</summary>
internal sealed class StateModel
{
    public SortedDictionary<string, ModelSession> Sessions { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, StoredMessage> Retained { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, BanPut> Bans { get; } = new(StringComparer.Ordinal);

    public void Apply(StateChange change)
    {
        switch (change)
        {
            case SessionPut put:
                if (!Sessions.TryGetValue(put.ClientId, out ModelSession? session))
                    Sessions[put.ClientId] = session = new ModelSession();
                session.Put = put;
                session.Away = null;
                break;
            case SessionAway away: Sessions[away.ClientId].Away = away; break;
            case SessionRemoved removed: Sessions.Remove(removed.ClientId); break;
            case SessionRenamed renamed: Rename(renamed); break;
            case WillPut put: Sessions[put.ClientId].Will = put; break;
            case WillRemoved removed: Sessions[removed.ClientId].Will = null; break;
            case SubscriptionPut put: Sessions[put.ClientId].Subscriptions[put.Filter] = put; break;
            case SubscriptionRemoved removed: Sessions[removed.ClientId].Subscriptions.Remove(removed.Filter); break;
            case ReceiptPut put: Sessions[put.ClientId].Receipts.Add(put.PacketId); break;
            case ReceiptRemoved removed: Sessions[removed.ClientId].Receipts.Remove(removed.PacketId); break;
            case DeliveryQueued queued: Sessions[queued.ClientId].Deliveries[queued.Sequence] = (queued, false); break;
            case DeliveryReleased released:
                Dictionary<long, (DeliveryQueued Queued, bool IsReleased)> all = Sessions[released.ClientId].Deliveries;
                all[released.Sequence] = (all[released.Sequence].Queued, true);
                break;
            case DeliveryRemoved removed: Sessions[removed.ClientId].Deliveries.Remove(removed.Sequence); break;
            case RetainedPut put: Retained[put.Message.Topic] = put.Message; break;
            case BanPut put: Bans[$"{put.Kind} {put.Who}"] = put; break;
            case BanRemoved removed: Bans.Remove($"{removed.Kind} {removed.Who}"); break;
            case RetainedRemoved removed: Retained.Remove(removed.Topic); break;
            default: throw new ArgumentException(change.ToString(), nameof(change));
        }
    }

    private void Rename(SessionRenamed renamed)
    {
        Sessions.Remove(renamed.ClientId, out ModelSession? session);
        string name = renamed.NewClientId;
        Sessions[name] = session!;
        session!.Put = session.Put with { ClientId = name };
        session.Away = session.Away is { } away ? away with { ClientId = name } : null;
        session.Will = session.Will is { } will ? will with { ClientId = name } : null;
        foreach ((string filter, SubscriptionPut put) in session.Subscriptions.ToArray())
            session.Subscriptions[filter] = put with { ClientId = name };
        foreach ((long sequence, (DeliveryQueued queued, bool isReleased)) in session.Deliveries.ToArray())
            session.Deliveries[sequence] = (queued with { ClientId = name }, isReleased);
    }

    public override string ToString()
    {
        StateText text = new();
        foreach (ModelSession session in Sessions.Values)
        {
            text.Add(session.Put, session.Away?.AwayAt, session.Away?.ExpiresAt ?? long.MaxValue, session.Deliveries.Count);
            if (session.Will is { } will) text.Add(will);
            foreach (SubscriptionPut put in session.Subscriptions.Values) text.Add(put);
            foreach (ushort packetId in session.Receipts) text.Add(new ReceiptPut(session.Put.ClientId, packetId));
            foreach ((DeliveryQueued queued, bool isReleased) in session.Deliveries.Values) text.Add(queued, isReleased);
        }
        foreach (StoredMessage message in Retained.Values) text.AddRetained(message);
        foreach (BanPut ban in Bans.Values) text.Add(ban);
        return text.ToString();
    }

    public static async Task<string> TextOfAsync(DurableStateStore store)
    {
        await using StoredState state = await store.ReadAsync();
        StateText text = new();
        await foreach (StoredSession row in state.ReadSessionsAsync())
        {
            text.Add(
                new SessionPut(row.ClientId, row.UserName, row.ExpiryIntervalSeconds),
                row.AwayAt, row.ExpiresAt, row.QueuedCount);
        }
        await foreach (WillPut will in state.ReadWillsAsync()) text.Add(will);
        await foreach (SubscriptionPut put in state.ReadSubscriptionsAsync()) text.Add(put);
        await foreach (ReceiptPut put in state.ReadReceiptsAsync()) text.Add(put);
        await foreach (StoredDelivery delivery in state.ReadDeliveriesAsync()) text.Add(delivery.Queued, delivery.IsReleased);
        await foreach (StoredMessage message in state.ReadRetainedAsync()) text.AddRetained(message);
        await foreach (BanPut ban in state.ReadBansAsync()) text.Add(ban);
        return text.ToString();
    }

    public static async Task<long> TicketOfAsync(DurableStateStore store)
    {
        await using StoredState state = await store.ReadAsync();
        return await state.ReadTicketAsync();
    }
}

internal sealed class ModelSession
{
    public SessionPut Put { get; set; } = null!;

    public SessionAway? Away { get; set; }

    public WillPut? Will { get; set; }

    public Dictionary<string, SubscriptionPut> Subscriptions { get; } = [];

    public HashSet<ushort> Receipts { get; } = [];

    public Dictionary<long, (DeliveryQueued Queued, bool IsReleased)> Deliveries { get; } = [];
}

/// <summary>One line a fact, sorted.</summary>
internal sealed class StateText
{
    private readonly SortedSet<string> _lines = new(StringComparer.Ordinal);

    public void Add(SessionPut put, long? awayAt, long expiresAt, long queued) =>
        Line($"session {put.ClientId} {put.UserName} {put.ExpiryIntervalSeconds} {awayAt} {expiresAt} {queued}");

    public void Add(WillPut will) => Line(
        $"will {will.ClientId} {will.Message.Topic} {Hex(will.Message.Payload)} {Hex(will.Message.Properties)} "
        + $"{will.Message.Qos} {will.Message.Retain} {will.DelaySeconds} {will.ExpirySeconds}");

    public void Add(SubscriptionPut put) =>
        Line($"subscription {put.ClientId} {put.Filter} {put.Options} {put.SubscriptionId}");

    public void Add(ReceiptPut put) => Line($"receipt {put.ClientId} {put.PacketId}");

    public void Add(DeliveryQueued queued, bool isReleased) => Line(
        $"delivery {queued.ClientId} {queued.Sequence:D6} {queued.Qos} {queued.Retain} {isReleased} {queued.IsShared} "
        + $"[{string.Join(',', queued.SubscriptionIds)}] {Text(queued.Message)}");

    public void Add(BanPut ban) => Line($"ban {ban.Kind} {ban.Who} {ban.By} {ban.Reason} {ban.At} {ban.Until}");

    public void AddRetained(StoredMessage message) => Line($"retained {Text(message)} {message.PublisherUser}");

    public override string ToString() => new StringBuilder().AppendJoin('\n', _lines).ToString();

    private void Line(string line) => Assert.True(_lines.Add(line), $"twice: {line}");

    private static string Text(StoredMessage m) =>
        $"{m.Topic} {Hex(m.Payload)} {Hex(m.Properties)} {m.Qos} {m.Retain} {m.ExpiresAt} {m.PublisherId}";

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexString(bytes.Span);
}
