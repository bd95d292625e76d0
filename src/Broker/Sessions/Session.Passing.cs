using Broker.Messages;
using Broker.Protocol;

namespace Broker.Sessions;

/// <summary>
/// The short way: a message that nothing has to wait for is written into its receiver's output while its frame is handled, and
/// is never an object, nor in a queue (ADR 10).
/// </summary>
internal sealed partial class Session
{
    /// <summary>
    /// Writes a message to the connection that serves the session, when nothing is owed to it before and the session would not
    /// keep it: QoS 0, and QoS 1 of a session that ends with its connection. Else nothing is done: the message is to be offered.
    /// </summary>
    /// <param name="publication">What. QoS 2 waits for its commit and never passes.</param>
    /// <param name="subscription">Of this session.</param>
    /// <param name="hold">On whose behalf the connection is held.</param>
    public bool TryPass(in Publication publication, Subscription subscription, ConnectionHold hold)
    {
        // What may expire is looked at when it is sent, by the long way.
        if (publication.ExpiresAt != Message.NeverExpires) return false;
        QualityOfService qos = EffectiveQos(publication.Qos, subscription.Qos);
        if (qos == QualityOfService.ExactlyOnce || Volatile.Read(ref _connection) is not { } connection) return false;
        if (qos == QualityOfService.AtLeastOnce && !MightPassQos1) return false;
        if (!connection.TryHold(hold)) return false;
        var delivery = new PassedDelivery(
            qos, publication.Retain && subscription.RetainAsPublished, PacketId: 0, subscription.Ids);
        if (qos == QualityOfService.AtLeastOnce) return TryPassQos1(in publication, connection, delivery);
        // While a session keeps QoS 0 as well, it goes in line with the rest.
        if (_keepsState && _context.Limits.QueueQos0Messages) return false;
        connection.Pass(in publication, in delivery);
        return true;
    }

    /// <summary>
    /// Whether messages wait in memory. Without the lock: for who holds the connection, whose own messages are seen.
    /// </summary>
    public bool HasWaiting => Volatile.Read(ref _outbox) is { Count: > 0 };

    // Asked without the lock, so that what cannot pass costs little; asked again with it.
    private bool MightPassQos1 =>
        ExpirySeconds == 0 && !_keepsState && Volatile.Read(ref _outbox) is not { ReliableCount: > 0 };

    private bool TryPassQos1(in Publication publication, ISessionConnection connection, PassedDelivery delivery)
    {
        long sequence = 0;
        lock (_lock)
        {
            // What a session has to keep when this connection is gone needs the message.
            bool isKept = _connection != connection || ExpirySeconds > 0 || _keepsState;
            bool isOwedMore = _replays is not null || _outbox is { ReliableCount: > 0 } || !HasRoom();
            if (isKept || isOwedMore || !(_window ??= new InflightWindow()).CanAdd(_lastSequence + 1)) return false;
            _window.AddPassed(sequence = ++_lastSequence, publication.Payload.Length);
        }
        // Larger than the client takes counts as done [MQTT-3.1.2-25].
        if (!connection.Pass(in publication, delivery with { PacketId = PacketIds.Of(sequence) })) Abandon(connection, sequence);
        return true;
    }
}
