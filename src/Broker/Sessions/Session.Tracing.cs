using Broker.Diagnostics;
using Broker.Messages;
using Broker.Protocol;

namespace Broker.Sessions;

// What is told to who follows a trace: made only while somebody does. Telling is a leaf, and may be done under the lock.
internal sealed partial class Session
{
    /// <summary>So many of those that are lost together are told one by one; the others as a number.</summary>
    private const int ToldSinglyMax = 100;

    /// <summary>A delivery of this session, for a trace.</summary>
    public TraceEvent Describe(TraceWord word, in OutboxEntry entry)
    {
        // Without its message: it was passed on before anybody looked.
        Message? message = entry.Message;
        return new TraceEvent(word, ClientId, message?.Topic.Name)
        {
            Address = Volatile.Read(ref _connection)?.Address,
            PublisherId = message?.PublisherId,
            Qos = (int)entry.Qos,
            PacketId = entry.Qos == QualityOfService.AtMostOnce || word == TraceWord.Queued ? null : PacketIds.Of(entry.Sequence),
            Bytes = message?.PayloadLength,
        };
    }

    /// <summary>A delivery that was left by this session, which is over, came to nothing.</summary>
    public void TellNotHandedOn(in OutboxEntry entry, DropReason reason) => TellUnsent(TraceWord.Dropped, in entry, reason);

    private void TellQueued(TraceAudience audience, Message message, QualityOfService qos) =>
        audience.Tell(Describe(TraceWord.Queued, new OutboxEntry(message, [], qos, Retain: false)));

    private void TellUnsent(TraceWord word, in OutboxEntry entry, DropReason reason)
    {
        if (_context.Metrics.Traces.Now is not { } audience) return;
        audience.Tell(Describe(word, in entry) with { PacketId = null, Cause = TraceAudience.CauseOf(reason) });
    }

    private void NoteNotTaken(Message message, QualityOfService qos, DropReason reason)
    {
        Note(reason);
        TellNotTaken(message, qos, reason);
    }

    private void TellNotTaken(Message message, QualityOfService qos, DropReason reason) =>
        TellUnsent(TraceWord.Dropped, new OutboxEntry(message, [], qos, Retain: false), reason);

    private void TellAcked(TraceAudience audience, long sequence, ReasonCode reason) =>
        audience.Tell(Describe(TraceWord.Acked, _window!.EntryOf(sequence)) with
        {
            Cause = reason == ReasonCode.Success ? null : SnakeCase.Of($"{reason}"),
        });

    // Under the lock, before it lets go of them.
    private void TellLost(DropReason reason, int count, bool isQos0Only)
    {
        if (count == 0 || _context.Metrics.Traces.Now is not { } audience) return;
        List<ShownDelivery> shown = [];
        if (!isQos0Only)
        {
            _window?.Show(shown, ToldSinglyMax);
            _outbox?.ShowReliable(0, shown, ToldSinglyMax);
        }
        _outbox?.ShowQos0(0, shown, ToldSinglyMax);
        int told = Math.Min(Math.Min(shown.Count, ToldSinglyMax), count);
        for (int i = 0; i < told; i++)
        {
            bool wasSent = shown[i].State != DeliveryState.Done;
            TraceEvent lost = Describe(TraceWord.Dropped, shown[i].Entry) with { Cause = TraceAudience.CauseOf(reason) };
            audience.Tell(wasSent ? lost : lost with { PacketId = null });
        }
        TellLostCount(reason, count - told);
    }

    private void TellLostCount(DropReason reason, int count)
    {
        if (count == 0 || _context.Metrics.Traces.Now is not { } audience) return;
        audience.Tell(new TraceEvent(TraceWord.Dropped, ClientId, Topic: null)
        {
            Count = count,
            Cause = TraceAudience.CauseOf(reason),
        });
    }
}
