using Broker.Messages;
using Broker.Protocol;
using Broker.Security;

namespace Broker.Sessions;

/// <summary>
/// The short way: messages that nothing has to wait for are written into their receiver's output from the buffer that they came
/// in. They are never objects, nor in a queue (ADR 10).
/// </summary>
internal sealed partial class Session
{
    /// <summary>
    /// Writes messages to the connection that serves the session, as far as nothing is owed to it before and the session would
    /// not keep them: QoS 0, and QoS 1 of a session that ends with its connection. The others are to be offered.
    /// </summary>
    /// <param name="run">What.</param>
    /// <param name="subscription">Of this session.</param>
    /// <param name="hold">On whose behalf the connection is held.</param>
    /// <param name="access">
    /// What allowed its client to read the topic; when it is another by now they are to be offered, which asks again.
    /// </param>
    /// <returns>How many were written, from the first on.</returns>
    public int Pass(in PublicationRun run, Subscription subscription, ConnectionHold hold, ClientAccess? access = null)
    {
        QualityOfService qos = EffectiveQos(run.Qos, subscription.Qos);
        if (Volatile.Read(ref _connection) is not { } connection || Access != access) return 0;
        if (!MightPass(qos) || !connection.TryHold(hold)) return 0;
        long firstSequence = 0;
        int count = qos == QualityOfService.AtMostOnce ? run.Count : TakeSequences(in run, connection, out firstSequence);
        if (count > 0) connection.Pass(in run, count, new PassedDelivery(qos, firstSequence, subscription.Ids));
        return count;
    }

    /// <summary>
    /// Whether messages wait in memory. Without the lock: for who holds the connection, whose own messages are seen.
    /// </summary>
    public bool HasWaiting => Volatile.Read(ref _outbox) is { Count: > 0 };

    /// <summary>Whether so much waits that it is time to drain, before limits begin to bite. Without the lock.</summary>
    public bool HasManyWaiting => Volatile.Read(ref _outbox) is { } outbox && outbox.Count >= _context.Limits.DrainAt;

    // Asked without the lock, so that what cannot pass costs little; QoS 1 is asked again with it.
    private bool MightPass(QualityOfService qos) => qos switch
    {
        // While a session keeps QoS 0 as well, it goes in line with the rest.
        QualityOfService.AtMostOnce => !_keepsState || !_context.Limits.QueueQos0Messages,
        QualityOfService.AtLeastOnce =>
            ExpirySeconds == 0 && !_keepsState && Volatile.Read(ref _outbox) is not { ReliableCount: > 0 },
        _ => false,
    };

    private int TakeSequences(in PublicationRun run, ISessionConnection connection, out long firstSequence)
    {
        lock (_lock)
        {
            firstSequence = _lastSequence + 1;
            // What a session has to keep when this connection is gone needs the messages.
            bool isKept = _connection != connection || ExpirySeconds > 0 || _keepsState;
            if (isKept || _replays is not null || _outbox is { ReliableCount: > 0 }) return 0;
            InflightWindow window = _window ??= new InflightWindow();
            // A session that was kept until this connection: what it is owed again goes first.
            if (window.HasResend) return 0;
            uint stamp = _context.Stamp;
            int count = 0;
            while (count < run.Count && HasRoom() && window.CanAdd(_lastSequence + 1))
                window.AddPassed(++_lastSequence, run.Parts[count++].PayloadLength, stamp);
            return count;
        }
    }
}
