using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Sessions;

namespace Broker.Connections;

internal sealed partial class MqttConnection
{
    private const int DrainIdle = 0;
    private const int DrainActive = 1;
    private const int DrainDirty = 2;

    /// <summary>So many bytes are flushed at a time: what the transport buffers for a slow reader stays near this.</summary>
    private const int FlushBytes = 32 * 1024;

    /// <summary>So many flushes in a row are one thread's share of a receiver that others keep filling.</summary>
    private const int RoundsMax = 64;

    /// <summary>The same while retained messages are replayed: of these is always more, and many may want them at once.</summary>
    private const int ReplayRoundsMax = 2;

    /// <summary>Bytes of a CONNACK or DISCONNECT beside its one property of text, at most.</summary>
    private const int TextOverhead = 16;

    [ThreadStatic]
    private static OutgoingBatch? _batchOfThread;

    private Action? _onFlushed;
    private ValueTaskAwaiter<FlushResult> _pendingFlush;
    private PublishWriter? _publishWriter;
    private ConnAckPacket? _connAck;
    private long _connAckTicket;
    private long _waitingTicket;
    private int _drain;
    private int _touched;
    private int _pingResponsesOwed;
    private long _blockedSince;
    private bool _isConnAckSent;
    private bool _isFarewellWritten;
    private bool _isOutputClosed;

    /// <summary>For how long the peer has not taken what was sent, milliseconds, to the second; null: it takes it.</summary>
    public long? BlockedMilliseconds =>
        Volatile.Read(ref _blockedSince) is var since && since == 0 ? null : Engine.CoarseMilliseconds - since;

    public bool TryTouch() => Volatile.Read(ref _touched) == 0 && Interlocked.Exchange(ref _touched, 1) == 0;

    /// <summary>
    /// Sends what may be sent, on this thread; a thread that comes second only marks that there is more. When the peer does
    /// not keep up, the flag stays taken and the transport continues the drain when it has room again.
    /// </summary>
    public void Drain()
    {
        Volatile.Write(ref _touched, 0);
        while (true)
        {
            int state = Interlocked.CompareExchange(ref _drain, DrainActive, DrainIdle);
            if (state == DrainIdle) break;
            if (state == DrainDirty || Interlocked.CompareExchange(ref _drain, DrainDirty, DrainActive) != DrainIdle) return;
        }
        RunDrain();
    }

    public void OnCommitted()
    {
        Volatile.Write(ref _waitingTicket, 0);
        Drain();
    }

    private void OnFlushed()
    {
        Volatile.Write(ref _blockedSince, 0);
        try
        {
            Observe(_pendingFlush.GetResult());
        }
#pragma warning disable CA1031 // With the draining flag held: whatever it is, the connection must come to its end.
        catch (Exception exception)
        {
            CloseOutput(exception);
        }
#pragma warning restore CA1031
        WakeReader();
        if (IsReplaying) DrainOnPool();
        else RunDrain();
    }

    // With the flag.
    private void DrainOnPool() =>
        ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.RunDrain(), this, preferLocal: false);

    // Runs with the draining flag held. Ends with the flag given back, or with a flush that continues here.
    private void RunDrain()
    {
        int rounds = 0;
        do
        {
            bool hasMore = true;
            while (hasMore)
            {
                if (++rounds > (IsReplaying ? ReplayRoundsMax : RoundsMax))
                {
                    // This thread has its own client to read.
                    DrainOnPool();
                    return;
                }
                try
                {
                    hasMore = WriteSome();
                    if (_isOutputClosed || _output.UnflushedBytes == 0) continue;
#pragma warning disable CA2012 // Awaited once, by hand: either at once below or in OnFlushed.
                    ValueTaskAwaiter<FlushResult> flush = _output.FlushAsync().GetAwaiter();
#pragma warning restore CA2012
                    if (!flush.IsCompleted)
                    {
                        _pendingFlush = flush;
                        Volatile.Write(ref _blockedSince, Engine.CoarseMilliseconds);
                        flush.UnsafeOnCompleted(_onFlushed ??= OnFlushed);
                        return;
                    }
                    Observe(flush.GetResult());
                    // There may always be more, and what the reader waits for has left.
                    if (hasMore) WakeReader();
                }
#pragma warning disable CA1031 // This runs on the threads of other clients: a broken receiver must cost nobody but itself.
                catch (Exception exception)
                {
                    CloseOutput(exception);
                    hasMore = false;
                }
#pragma warning restore CA1031
            }
            if (_isOutputClosed) Volatile.Read(ref _writerDone)?.TrySetResult();
            WakeReader();
        }
        while (!TryRest());
    }

    private void CloseOutput(Exception exception)
    {
        if (!IsPeerGone(exception) && exception is not InvalidOperationException)
            Log.Failed(Engine.Logger, Parameters?.ClientId ?? Origin.RemoteAddress, exception);
        _isOutputClosed = true;
        _input.CancelPendingRead();
    }

    private bool TryRest()
    {
        if (Interlocked.CompareExchange(ref _drain, DrainIdle, DrainActive) == DrainActive) return true;
        // A full fence: what is read from here on must not be older than the mark that is taken away.
        Interlocked.Exchange(ref _drain, DrainActive);
        return false;
    }

    private void Observe(FlushResult result)
    {
        if (!result.IsCompleted && !result.IsCanceled) return;
        _isOutputClosed = true;
        _input.CancelPendingRead();
    }

    // Returns whether there may be more to write after a flush.
    private bool WriteSome()
    {
        if (_isOutputClosed) return false;
        if (Volatile.Read(ref _closeReason) is { } reason)
        {
            // Comes back once more after the flush: then the output is done.
            _isOutputClosed = _isFarewellWritten;
            if (!_isFarewellWritten) WriteFarewell(reason);
            _isFarewellWritten = true;
            return !_isOutputClosed;
        }
        if (!TryWriteConnAck()) return false;
        WriteAuth();
        // Behind what was due when the ping came, so that it fences; before the rest of a long queue, so that it is in time.
        int pings = Volatile.Read(ref _pingResponsesOwed) == 0 ? 0 : Interlocked.Exchange(ref _pingResponsesOwed, 0);
        bool hasMore = WriteItems();
        if (pings == 0) return hasMore;
        TrafficCounts traffic = Engine.Metrics.Traffic.OfThread;
        for (; pings > 0; pings--)
        {
            _output.Write(PingPackets.Response);
            traffic.Sent(PingPackets.Response[0], 1, PingPackets.Response.Length);
        }
        return hasMore;
    }

    private bool WriteItems()
    {
        // Not in its place while it is in use: should this thread come to drain another connection meanwhile, that has its own.
        OutgoingBatch batch = _batchOfThread ?? new OutgoingBatch();
        _batchOfThread = null;
        TrafficCounts traffic = Engine.Metrics.Traffic.OfThread;
        bool isAnswerTooLarge = false;
        int handled = 0;
        try
        {
            while (true)
            {
                Session!.Take(this, batch);
                bool hasAbandoned = false;
                handled = 0;
                foreach (ref readonly OutgoingItem item in batch.Items)
                {
                    // A message can be left out, an answer cannot: the client would wait for it.
                    isAnswerTooLarge = !item.IsPublish && AckWriter.LengthMax(item.Ack) > Parameters!.PacketBytesMax;
                    if (isAnswerTooLarge) return true;
                    hasAbandoned |= !TryWrite(in item, traffic);
                    handled++;
                }
                // What was abandoned made room in the window that nobody else will ask for.
                if (!batch.IsFull) return hasAbandoned || batch.HasMore || (batch.WaitTicket != 0 && !TryWait(batch.WaitTicket));
                if (_output.UnflushedBytes >= FlushBytes) return true;
                batch.Clear();
            }
        }
        finally
        {
            CountLost(batch.Items[Math.Min(handled, batch.Items.Length)..]);
            batch.Clear();
            _batchOfThread = batch;
            // The reader may go on on this thread and leave the session, will and all.
            if (isAnswerTooLarge) TryClose(CloseReason.Of(EngineFaults.AnswerTooLarge));
        }
    }

    private bool TryWriteConnAck()
    {
        if (_isConnAckSent) return true;
        if (Volatile.Read(ref _connAck) is not { } connAck)
        {
            // The one packet that may precede it.
            WriteAuth();
            return false;
        }
        if (WaitsForCommit && _connAckTicket > Engine.Store.DurableTicket && TryWait(_connAckTicket))
        {
            if (!Engine.Store.IsAvailable) LeaveLine();
            return false;
        }
        WriteCounted(connAck);
        _isConnAckSent = true;
        _connAck = null;
        LeaveLine();
        return true;
    }

    private void WriteAuth()
    {
        if (Authentication?.TakeOwed() is not { } auth) return;
        long before = _output.UnflushedBytes;
        auth.Write(_output, Version);
        CountSent(PacketType.Auth, before);
    }

    // True: the store will call back. One registration is enough, for the lowest ticket comes first.
    private bool TryWait(long ticket)
    {
        long waiting;
        do
        {
            waiting = Volatile.Read(ref _waitingTicket);
            if (waiting != 0 && waiting <= ticket) return true;
        }
        while (Interlocked.CompareExchange(ref _waitingTicket, ticket, waiting) != waiting);
        if (Engine.Store.TryWait(ticket, this)) return true;
        Volatile.Write(ref _waitingTicket, 0);
        return false;
    }

    // False: it is larger than the client takes, which counts as complete [MQTT-3.1.2-25].
    private bool TryWrite(in OutgoingItem item, TrafficCounts traffic)
    {
        if (!item.IsPublish)
        {
            AckWriter.Write(_output, item.Ack, Version, traffic);
            return true;
        }
        _publishWriter ??= new PublishWriter(Parameters!, Listener.MountPoint);
        int length = _publishWriter.Write(_output, item.Entry, item.Dup, Engine.Time);
        if (length == 0)
        {
            if (Abandon(item.Entry.Qos, item.Entry.Sequence) && Engine.Metrics.Traces.Now is { } told)
                Tell(told, in item, DropReason.PacketTooLarge);
            return false;
        }
        traffic.Sent(PublishWriter.FirstByte(item.Entry.Qos, item.Dup), 1, length);
        traffic.PayloadSent(item.Entry.Message.PayloadLength);
        Engine.Metrics.Topics?.Sent(item.Entry.Message.Topic.Name, 1, item.Entry.Message.PayloadLength);
        if (Engine.Metrics.Traces.Now is { } audience) Tell(audience, in item, DropReason.None);
        return true;
    }

    // A message is larger than the client takes. With QoS 1 and 2 it is dropped when the session lets go of it, not before.
    private bool Abandon(QualityOfService qos, long sequence)
    {
        if (qos != QualityOfService.AtMostOnce && !Session!.Abandon(this, sequence)) return false;
        Drop(DropReason.PacketTooLarge, 1);
        return true;
    }

    // Taken from the session and not written: with QoS 0 that is the end of a message.
    private void CountLost(ReadOnlySpan<OutgoingItem> items)
    {
        int lost = 0;
        foreach (ref readonly OutgoingItem item in items)
        {
            if (!item.IsPublish || item.Entry.Qos != QualityOfService.AtMostOnce) continue;
            lost++;
            if (Engine.Metrics.Traces.Now is { } audience) Tell(audience, in item, DropReason.ConnectionLost);
        }
        if (lost > 0) Drop(DropReason.ConnectionLost, lost);
    }

    private void Drop(DropReason reason, int count)
    {
        Engine.Metrics.MessageDropped(reason, count);
        Session!.NoteDrop(reason, count);
    }

    private void WriteCounted(ConnAckPacket packet)
    {
        long before = _output.UnflushedBytes;
        packet.Write(_output, Version);
        CountSent(PacketType.ConnAck, before);
    }

    private void CountSent(PacketType type, long unflushedBefore) =>
        Engine.Metrics.Traffic.OfThread.Sent((byte)((int)type << 4), 1, _output.UnflushedBytes - unflushedBefore);

    // The last packet: CONNACK with the refusal, DISCONNECT with the reason (only 5.0 has one from the server), or none.
    private void WriteFarewell(CloseReason reason)
    {
        if (_isConnAckSent && Version == ProtocolVersion.Mqtt50 && reason.Code != ReasonCode.Success)
        {
            // Neither may make the packet larger than the client takes [MQTT-3.14.2-3]. No reason has both.
            long bytesMax = Parameters!.PacketBytesMax;
            string? text = reason.Kind == CloseKind.Fault && Fits(reason.Text, bytesMax) ? reason.Text : null;
            string? server = Fits(reason.ServerReference, bytesMax) ? reason.ServerReference : null;
            long before = _output.UnflushedBytes;
            new DisconnectPacket { ReasonCode = reason.Code, ReasonString = text, ServerReference = server }
                .Write(_output, Version);
            CountSent(PacketType.Disconnect, before);
        }
        else if (!_isConnAckSent && IsAnsweredWithConnAck(reason))
        {
            ReasonCode code = reason.Kind == CloseKind.Banned ? ReasonCode.Banned : reason.Code;
            WriteCounted(new ConnAckPacket { ReasonCode = code, ServerReference = reason.ServerReference });
        }
    }

    private static bool Fits(string? text, long packetBytesMax) =>
        text is null || Encoding.UTF8.GetByteCount(text) + TextOverhead <= packetBytesMax;

    private bool IsAnsweredWithConnAck(CloseReason reason) =>
        reason.Kind is CloseKind.Refused or CloseKind.NoLongerAllowed
        // Before it is known who it is there may have been no CONNECT.
        || (reason.Kind == CloseKind.Banned && Parameters is not null)
        || (reason.Kind == CloseKind.Fault && Version == ProtocolVersion.Mqtt50);
}
