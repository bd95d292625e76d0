using Broker.Diagnostics;
using Broker.Messages;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Sessions;

namespace Broker.Connections;

// What is written past the session's queues (ADR 10): other clients' messages while they hold this connection, and the answers to
// this client's own. And what comes in for the session, a batch at a time.
internal sealed partial class MqttConnection
{
    private ConnectionHold? _hold;

    // What a client publishes to itself goes by the queue: behind the answers that its read batch settles at its end.
    public bool TryHold(ConnectionHold hold)
    {
        if (_touchedConnections?.IsOwn(hold) == true) return false;
        // Only who holds it writes its own name here: what another thread reads is never its own by chance.
        if (_hold == hold)
        {
            if (_output.UnflushedBytes < FlushBytes && !Session!.HasManyWaiting) return true;
            LetGo(hold);
        }
        if (!hold.HasRoom || !TryTakeOutput()) return false;
        // What waits in the session goes first: so the holder, who sees what it put there itself, overtakes nothing of its own.
        if (!TryWriteWaiting())
        {
            RunDrain();
            return false;
        }
        Keep(hold);
        return true;
    }

    public void Pass(in PublicationRun run, int count, in PassedDelivery delivery)
    {
        (int handled, int written, long bytes, long payloadBytes) = (0, 0, 0, 0);
        try
        {
            PublishWriter writer = _publishWriter ??= new PublishWriter(Parameters!, Listener.MountPoint);
            for (; handled < count && !_isOutputClosed; handled++)
            {
                int length = writer.Write(_output, in run, handled, in delivery);
                if (length == 0)
                {
                    Abandon(delivery.Qos, delivery.FirstSequence + handled);
                    continue;
                }
                written++;
                bytes += length;
                payloadBytes += run.Parts[handled].PayloadLength;
            }
        }
#pragma warning disable CA1031 // This runs on the threads of other clients: a broken receiver must cost nobody but itself.
        catch (Exception exception)
        {
            CloseOutput(exception);
        }
#pragma warning restore CA1031
        TrafficCounts traffic = Engine.Metrics.Traffic.OfThread;
        traffic.Sent(PublishWriter.FirstByte(delivery.Qos), written, bytes);
        traffic.PayloadSent(payloadBytes);
        if (written > 0) Engine.Metrics.Topics?.Sent(run.Topic.Name, written, payloadBytes);
        // With QoS 1 they are in the session's window, and end with the session.
        if (handled < count && delivery.Qos == QualityOfService.AtMostOnce)
            Engine.Metrics.MessageDropped(DropReason.ConnectionLost, count - handled);
    }

    public void LetGo(ConnectionHold hold)
    {
        if (_hold != hold) return;
        _hold = null;
        RunDrain();
    }

    /// <summary>May this PUBLISH with QoS 1 or 2 be taken? Read loop only.</summary>
    /// <param name="packetId">Its packet id.</param>
    /// <param name="qos">Its QoS.</param>
    /// <param name="ticket">What must be durable before it is answered.</param>
    public ReceiveOutcome Receive(ushort packetId, QualityOfService qos, out long ticket)
    {
        ticket = 0;
        int unsettled = _batch!.Qos1Answers + (_batch.Run.Qos == QualityOfService.AtLeastOnce ? _batch.Run.Count : 0);
        int maximum = Parameters!.ReceiveMaximum;
        return qos == QualityOfService.AtLeastOnce
            ? Session!.ReceiveQos1(this, maximum, unsettled)
            : Session!.ReceiveQos2(this, packetId, maximum, unsettled, out ticket);
    }

    /// <summary>Takes a publication to be routed with those that follow it; false: it has to be routed by itself.</summary>
    public bool TryJoinRun(in PublishPacket packet, TopicRoute route)
    {
        OpenRun run = _batch!.Run;
        bool isTaken = OpenRun.Takes(in packet) & _batch.Segment.Span.Overlaps(packet.Payload, out int start);
        if (!isTaken || !run.Fits(in packet, route)) RouteRun();
        if (isTaken) run.Add(in packet, route, start);
        return isTaken;
    }

    /// <summary>Routes what was published so far. Read loop only.</summary>
    public void RouteRun()
    {
        OpenRun open = _batch!.Run;
        if (open.Count == 0) return;
        var run = new PublicationRun
        {
            Topic = open.Topic,
            Qos = open.Qos,
            PublisherId = Parameters!.ClientId,
            Buffer = _batch.Segment.Span,
            Parts = open.Parts,
        };
        Span<long> tickets = open.Tickets;
        Engine.Router.Route(in run, open.Match, Touched, tickets, open.Messages);
        for (int i = 0; i < tickets.Length; i++)
        {
            NoteTicket(tickets[i]);
            if (run.Qos != QualityOfService.AtLeastOnce) continue;
            ReasonCode reason = open.Messages.IsRejected(i) ? ReasonCode.QuotaExceeded : ReasonCode.Success;
            _batch.Answer(new Ack(PacketType.PubAck, run.Parts[i].PacketId, reason, tickets[i]));
        }
        open.Clear();
    }

    /// <summary>Owes the client the answer to a PUBLISH or PUBREL, until the end of the read batch. Read loop only.</summary>
    public void Answer(in Ack ack)
    {
        RouteRun();
        _batch!.Answer(in ack);
    }

    /// <summary>Owes the client another answer, behind those to its PUBLISHes. Read loop only.</summary>
    public void AnswerBehind(in Ack ack)
    {
        SettleAnswers();
        Session!.AddAck(this, in ack);
    }

    /// <summary>PUBACK came; the session hears of it with those that follow it. Read loop only.</summary>
    public void TakePubAck(ushort packetId) => _batch!.AddPubAck(packetId);

    // Null, or why the client cannot stay.
    private Fault? SettlePubAcks()
    {
        if (!_batch!.HasPubAcks) return null;
        AcknowledgeOutcome outcome = Session!.OnPubAcks(this, _batch.PubAcks);
        _batch.ClearPubAcks();
        return outcome == AcknowledgeOutcome.WrongFlow ? EngineFaults.WrongFlow : null;
    }

    // Writes what is owed, or leaves it to the session when it has to wait: for its commit, the peer, or what came before.
    private void SettleAnswers()
    {
        ReadOnlySpan<Ack> owed = _batch!.Answers;
        if (owed.IsEmpty) return;
        if (TryHoldForAnswers()) owed = owed[Write(owed)..];
        if (!owed.IsEmpty) Session!.AddAcks(this, owed);
        _batch.ClearAnswers();
    }

    // How many were written.
    private int Write(ReadOnlySpan<Ack> answers)
    {
        long durable = WaitsForCommit ? Engine.Store.DurableTicket : long.MaxValue;
        for (int i = 0; i < answers.Length; i++)
        {
            if (answers[i].Ticket > durable) return i;
            AckWriter.Write(_output, in answers[i], Version, Traffic);
        }
        return answers.Length;
    }

    // A client that takes less than any answer is dealt with where it is written.
    private bool MayPassAnswers => Parameters!.PacketBytesMax >= AckPacket.LengthMax;

    // Held until the touched connections are drained, this one among them. What waits goes behind the answers.
    private bool TryHoldForAnswers()
    {
        if (!MayPassAnswers || !Touched.Hold.HasRoom || !TryTakeOutput()) return false;
        Keep(Touched.Hold);
        return Session!.MayPassAcks(this);
    }

    private bool TryTakeOutput()
    {
        if (Interlocked.CompareExchange(ref _drain, DrainActive, DrainIdle) != DrainIdle) return false;
        if (_isConnAckSent && !_isOutputClosed && Volatile.Read(ref _closeReason) is null) return true;
        RunDrain();
        return false;
    }

    private void Keep(ConnectionHold hold)
    {
        _hold = hold;
        hold.Add(this);
    }

    private bool TryWriteWaiting()
    {
        if (!Session!.HasWaiting) return true;
        try
        {
            return !WriteSome();
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
        {
            CloseOutput(exception);
            return false;
        }
#pragma warning restore CA1031
    }
}
