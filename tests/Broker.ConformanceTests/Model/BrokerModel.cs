using Broker.Protocol;
using Broker.Protocol.Topics;

namespace Broker.ConformanceTests.Model;

/// <summary>
/// What a broker owes its clients, one operation after the other: sessions, subscriptions, retained messages and wills, without
/// packets, threads, or anything that makes it fast. Times are seconds.
/// </summary>
/// <param name="allowsDuplicates">A copy for each subscription that matches, or one for all of them.</param>
internal sealed class BrokerModel(bool allowsDuplicates)
{
    private readonly Dictionary<string, ModelSession> _sessions = [];
    private readonly Dictionary<string, ModelMessage> _retained = [];

    public long Now { get; private set; }

    /// <summary>The session of a client, or null.</summary>
    public ModelSession? Find(string clientId) => _sessions.GetValueOrDefault(clientId);

    /// <summary>A client connects; another connection of it is lost thereby.</summary>
    /// <returns>Session Present.</returns>
    public bool Connect(string clientId, ModelConnect connect)
    {
        ModelSession? session = Find(clientId);
        ModelMessage? will = session?.Will;
        bool isPresent = session is { ExpirySeconds: > 0 } && !connect.IsClean;
        if (!isPresent) _sessions[clientId] = session = new ModelSession();
        session!.Begin(connect);
        if (will is not null) Publish(will);
        return isPresent;
    }

    /// <summary>A connection ends.</summary>
    /// <param name="clientId">Whose.</param>
    /// <param name="isWillWanted">Not after a normal DISCONNECT.</param>
    /// <param name="isSessionOver">DISCONNECT says that its session ends.</param>
    public void Leave(string clientId, bool isWillWanted, bool isSessionOver)
    {
        ModelSession session = _sessions[clientId];
        ModelMessage? will = session.Will;
        session.Leave(Now);
        if (isSessionOver || session.ExpirySeconds == 0) _sessions.Remove(clientId);
        if (isWillWanted && will is not null) Publish(will);
    }

    public void Advance(long seconds)
    {
        Now += seconds;
        foreach ((string clientId, ModelSession session) in _sessions)
        {
            if (!session.IsConnected && session.AwaySince + session.ExpirySeconds <= Now) _sessions.Remove(clientId);
        }
    }

    public void Subscribe(string clientId, ModelSubscription subscription, byte retainHandling)
    {
        ModelSession session = _sessions[clientId];
        bool isNew = !session.Subscriptions.ContainsKey(subscription.Filter);
        session.Subscriptions[subscription.Filter] = subscription;
        if (retainHandling == 2 || (retainHandling == 1 && !isNew)) return;
        foreach (ModelMessage message in _retained.Values)
        {
            if (subscription.Wants(message, clientId) && message.ExpiresAt > Now)
                session.Take(Delivery(message, [subscription]) with { Retain = true });
        }
    }

    public void Unsubscribe(string clientId, string filter) => _sessions[clientId].Subscriptions.Remove(filter);

    public void Publish(ModelMessage message)
    {
        if (message.Retain) _retained[message.Topic] = message;
        if (message.Retain && message.Payload.Length == 0) _retained.Remove(message.Topic);
        foreach ((string clientId, ModelSession session) in _sessions)
        {
            ModelSubscription[] matching = [.. session.Subscriptions.Values.Where(each => each.Wants(message, clientId))];
            ModelSubscription[][] copies = allowsDuplicates ? [.. matching.Chunk(1)] : matching.Length > 0 ? [matching] : [];
            foreach (ModelSubscription[] subscriptions in copies) session.Take(Delivery(message, subscriptions));
        }
    }

    private static ModelDelivery Delivery(ModelMessage message, ModelSubscription[] subscriptions) => new(
        message,
        (QualityOfService)Math.Min((byte)message.Qos, subscriptions.Max(each => (byte)each.Qos)),
        message.Retain && subscriptions.Any(each => each.RetainAsPublished),
        [.. subscriptions.Select(each => each.Id).Where(id => id > 0).Order()]);
}

/// <summary>A message as it was published; <paramref name="ExpiresAt"/> by the model's clock.</summary>
internal sealed record ModelMessage(
    string Publisher, string Topic, string Payload, QualityOfService Qos, bool Retain, long ExpiresAt = long.MaxValue)
{
    public override string ToString() =>
        $"{Topic} '{Deliveries.Short(Payload)}' q{(int)Qos}{(Retain ? " retain" : "")}" +
        $"{(ExpiresAt == long.MaxValue ? "" : $" expires at {ExpiresAt}")}";
}

/// <summary>A subscription; <paramref name="Id"/> 0 for none.</summary>
internal sealed record ModelSubscription(string Filter, QualityOfService Qos, bool NoLocal, bool RetainAsPublished, uint Id)
{
    public bool Wants(ModelMessage message, string clientId) =>
        TopicFilter.Matches(Filter, message.Topic) && !(NoLocal && message.Publisher == clientId);
}
