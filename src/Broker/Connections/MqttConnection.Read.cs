using System.Buffers;
using System.IO.Pipelines;
using Broker.Connections.Handlers;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Routing;

namespace Broker.Connections;

internal sealed partial class MqttConnection
{
    /// <summary>First byte of a TLS handshake record.</summary>
    private const byte TlsHandshake = 0x16;

    /// <summary>After so many packets what they brought is sent, however many more the buffer holds.</summary>
    private const int FramesPerDrain = 256;

    /// <summary>A client that leaves so many acknowledgements unread is not read further: they would pile up.</summary>
    private const int OwedAcksMax = 1024;

    /// <summary>
    /// While so many bytes wait for their commit, a client whose own changes are among them is not read further.
    /// </summary>
    private const long PendingBytesMax = 64 * 1024 * 1024;

    private ConnectPacket? _pendingConnect;
    private TaskCompletionSource? _resumed;
    private long _lastTicket;
    private volatile bool _isPaused;
    private TopicCache? _topics;
    private TouchedConnections? _touchedConnections;
    private ReadBatch? _batch;
    private TaskCompletionSource? _readingEnded;
    private bool _isReading;

    /// <summary>Routes of the topics this client publishes to. Read loop only.</summary>
    public TopicCache Topics => _topics ??= new TopicCache(Engine.Router.Subscriptions, Listener.MountPoint);

    /// <summary>Who got something in this read batch. Read loop only.</summary>
    public TouchedConnections Touched => _touchedConnections ??= new TouchedConnections();

    /// <summary>Counts what is read. Read loop only, within a read batch.</summary>
    public TrafficCounts Traffic => _batch!.Traffic;

    /// <summary>Topics by the aliases that the client gave them; index 0 is not used. Read loop only.</summary>
    public TopicRoute?[]? InboundAliases { get; set; }

    public Task ReadingEndedAsync()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _readingEnded, ended);
        if (!Volatile.Read(ref _isReading)) ended.TrySetResult();
        return ended.Task;
    }

    private HandlerResult TakeBatch(in ReadResult read)
    {
        BeginReading();
        try
        {
            return _closeReason is { } already ? HandlerResult.Close(already) : TakeBatchIn(in read);
        }
        finally
        {
            EndReading();
        }
    }

    // Full fences, here and at the end: either this sees that it is closed, or who closed it sees it reading and is told.
    private void BeginReading() => Interlocked.Exchange(ref _isReading, true);

    private void EndReading()
    {
        Interlocked.Exchange(ref _isReading, false);
        Volatile.Read(ref _readingEnded)?.TrySetResult();
    }

    private HandlerResult TakeBatchIn(in ReadResult read)
    {
        Volatile.Write(ref _lastReceivedMilliseconds, Engine.CoarseMilliseconds);
        if (_waiting is { } waiting) return TakeWhileWaiting(waiting, in read);
        TrafficCounts traffic = Engine.Metrics.Traffic.OfThread;
        long matched = traffic.Matched;
        HandlerResult result = ConsumeFrames(read.Buffer, out SequencePosition consumed);
        CountTurn(read.Buffer.Length, traffic.Matched - matched);
        bool isPaused = result.Action is not (HandlerAction.Continue or HandlerAction.Close);
        _input.AdvanceTo(consumed, isPaused ? consumed : read.Buffer.End);
        bool isAtEnd = read.IsCompleted && result.Action == HandlerAction.Continue;
        return isAtEnd ? HandlerResult.Close(CloseReason.PeerClosed) : result;
    }

    // What has to be waited for before the next batch; then why the connection ends, or null.
    private async ValueTask<CloseReason?> SettleAsync(HandlerResult result)
    {
        if (MustPause) await ResumedAsync();
        // Owed so much and nothing can be written any more: reading on would only make it more.
        if (_isOutputClosed && OwesTooMuch) return _closeReason ?? CloseReason.PeerClosed;
        return result.Action switch
        {
            HandlerAction.Pause => await ConnectAsync(),
            HandlerAction.Ask => await AskAsync(),
            HandlerAction.Slow => await SlowAsync(),
            _ => result.Reason,
        };
    }

    // Handles every complete frame in the buffer; what they brought is drained before this returns, also when it throws,
    // or receivers that were marked as touched would never be drained again.
    private HandlerResult ConsumeFrames(ReadOnlySequence<byte> buffer, out SequencePosition consumed)
    {
        _batch = ReadBatch.Borrow(Engine.Metrics.Traffic);
        try
        {
            while (true)
            {
                HandlerResult result = ConsumeSome(ref buffer, out bool isAtEnd);
                RouteRun();
                if (SettlePubAcks() is { } fault && result.Action != HandlerAction.Close) result = HandlerResult.Close(fault);
                if (result.Action != HandlerAction.Continue || isAtEnd)
                {
                    consumed = buffer.Start;
                    return result;
                }
                DrainTouched();
                if (!MustPause) continue;
                consumed = buffer.Start;
                return HandlerResult.Wait;
            }
        }
        finally
        {
            DrainTouched();
            _batch.GiveBack();
            _batch = null;
        }
    }

    private bool OwesTooMuch => Session is { } session && session.OwedAcks > OwedAcksMax;

    // What this client brought is among what piles up while the store does not come along, or is out of reach.
    private bool IsStoreBehind => _lastTicket > Engine.Store.DurableTicket && Engine.Store.PendingBytes > PendingBytesMax;

    private bool MustPause => OwesTooMuch || IsStoreBehind || IsWaitingFull;

    /// <summary>The highest ticket of what this client changed. Read loop only.</summary>
    public void NoteTicket(long ticket) => _lastTicket = Math.Max(_lastTicket, ticket);

    // Ends when the client has taken what it is owed and the store has come along, or the connection is closing. Continues on
    // the pool: the drain that wakes it may be another client's thread.
    private async ValueTask ResumedAsync()
    {
        var resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _resumed, resumed);
        _isPaused = true;
        WakeReader();
        await resumed.Task;
        _isPaused = false;
        Volatile.Write(ref _resumed, null);
    }

    private void WakeReader()
    {
        if (Volatile.Read(ref _resumed) is not { } resumed || resumed.Task.IsCompleted) return;
        bool isOver = Volatile.Read(ref _closeReason) is not null || _isOutputClosed;
        // The client's own acknowledgements wake it when they leave. The store does when it is the store that it waits for: the
        // commit drains, and each drain comes here.
        if (!isOver && (OwesTooMuch || IsWaitingFull)) return;
        if (!isOver && IsStoreBehind && TryWait(_lastTicket)) return;
        resumed.TrySetResult();
    }

    private void DrainTouched()
    {
        try
        {
            SettleAnswers();
        }
        finally
        {
            _touchedConnections?.Drain();
            Drain();
        }
    }

    private HandlerResult ConsumeSome(ref ReadOnlySequence<byte> buffer, out bool isAtEnd)
    {
        isAtEnd = false;
        int bytesMax = PacketBytesMax;
        HandlerResult result = HandlerResult.Continue;
        // Frames are cut from the first segment as long as they lie in it: cutting them from the sequence costs more each.
        ReadOnlySpan<byte> first = BeginSegment(in buffer);
        int offset = 0;
        for (int count = 0; count < FramesPerDrain && result.Action == HandlerAction.Continue; count++)
        {
            FrameStatus status =
                FrameReader.TryRead(first[offset..], bytesMax, Version, out FrameHeader header, out Fault? fault);
            if (status == FrameStatus.Incomplete && !buffer.IsSingleSegment)
            {
                buffer = buffer.Slice(offset);
                first = BeginSegment(in buffer);
                offset = 0;
                status = FrameReader.TryRead(in buffer, bytesMax, Version, out header, out fault);
            }
            isAtEnd = status == FrameStatus.Incomplete;
            if (isAtEnd) break;
            if (status != FrameStatus.Complete) return HandlerResult.Close(Explain(first[offset..], fault!));
            if (header.TotalLength <= first.Length - offset)
            {
                result = Handle(in header, first.Slice(offset + header.HeaderLength, header.RemainingLength));
                if (result.Action is not (HandlerAction.Ask or HandlerAction.Slow)) offset += header.TotalLength;
                continue;
            }
            result = HandleStraddling(in header, buffer.Slice(header.HeaderLength, header.RemainingLength));
            if (result.Action is HandlerAction.Ask or HandlerAction.Slow) break;
            buffer = buffer.Slice(header.TotalLength);
            first = BeginSegment(in buffer);
            offset = 0;
        }
        buffer = buffer.Slice(offset);
        return result;
    }

    // What is not routed lies in the segment before.
    private ReadOnlySpan<byte> BeginSegment(in ReadOnlySequence<byte> buffer)
    {
        RouteRun();
        _batch!.Segment = buffer.First;
        return buffer.FirstSpan;
    }

    private HandlerResult HandleStraddling(in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        RouteRun();
        byte[] rented = ArrayPool<byte>.Shared.Rent(header.RemainingLength);
        try
        {
            body.CopyTo(rented);
            _batch!.Segment = rented;
            HandlerResult result = Handle(in header, rented.AsSpan(0, header.RemainingLength));
            RouteRun();
            return result;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private HandlerResult Handle(in FrameHeader header, ReadOnlySpan<byte> body)
    {
        if (_quota is not null && IsTooFast(in header)) return HandlerResult.Slow;
        if (!IsTakenAgain) _batch!.Traffic.Received(header.FirstByte, header.TotalLength);
        if (Session is null) return HandleBeforeConnAck(in header, body);
        // Behind what came before it.
        if (header.Type != PacketType.Publish) RouteRun();
        if (header.Type != PacketType.PubAck && SettlePubAcks() is { } fault) return HandlerResult.Close(fault);
        HandlerResult result = header.Type switch
        {
            PacketType.Publish => PublishHandler.Handle(this, header.Flags, body),
            PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp =>
                AckHandler.Handle(this, header.Type, body),
            PacketType.Subscribe => SubscribeHandler.Handle(this, body),
            PacketType.Unsubscribe => UnsubscribeHandler.Handle(this, body),
            PacketType.PingReq => HandlePing(body),
            PacketType.Disconnect => DisconnectHandler.Handle(this, body),
            PacketType.Auth => AuthHandler.Handle(this, body),
            PacketType.Connect => HandlerResult.Close(EngineFaults.SecondConnect),
            _ => HandlerResult.Close(EngineFaults.ServerPacketFromClient),
        };
        if (IsTakenAgain) IsTakenAgain = false;
        return result;
    }

    private HandlerResult HandleBeforeConnAck(in FrameHeader header, ReadOnlySpan<byte> body)
    {
        bool isConnect = header.Type == PacketType.Connect;
        if (Authentication is null)
            return isConnect ? TakeConnect(in header, body) : HandlerResult.Close(EngineFaults.FirstPacketNotConnect);
        return header.Type switch
        {
            PacketType.Auth => AuthHandler.Handle(this, body),
            PacketType.Disconnect => DisconnectHandler.Handle(this, body),
            _ => HandlerResult.Close(isConnect ? EngineFaults.SecondConnect : EngineFaults.PacketBeforeConnAck),
        };
    }

    private HandlerResult TakeConnect(in FrameHeader header, ReadOnlySpan<byte> body)
    {
        bool isValid = ConnectPacket.TryDecode(body, out _pendingConnect, out ProtocolVersion version, out Fault? fault);
        Version = version;
        if (version == ProtocolVersion.Mqtt50 && header.IsLengthPadded)
            return HandlerResult.Close(Faults.RemainingLengthOverlong);
        if (isValid) return HandlerResult.Pause;
        // Only an unsupported version is answered [MQTT-3.1.2-2]; other malformed CONNECTs close without a word.
        return fault!.ReasonCode == ReasonCode.UnsupportedProtocolVersion
            ? HandlerResult.Close(new CloseReason(CloseKind.Refused, fault.ReasonCode, fault.Text))
            : HandlerResult.Close(fault);
    }

    private HandlerResult HandlePing(ReadOnlySpan<byte> body)
    {
        if (!PingPackets.TryDecode(body, out Fault? fault)) return HandlerResult.Close(fault);
        // From here on whoever drains may answer it: what came before it is answered first.
        SettleAnswers();
        Interlocked.Increment(ref _pingResponsesOwed);
        return HandlerResult.Continue;
    }

    private Fault Explain(ReadOnlySpan<byte> first, Fault fault)
    {
        if (Session is null && first.Length > 0 && first[0] == TlsHandshake)
            Log.TlsOnPlainPort(Engine.Logger, Origin.RemoteAddress, Listener.Port);
        else if (Session is null && fault == Faults.PacketTooLarge)
            Engine.Peers.Hit(LimitKind.MaxConnectPacketSize, this);
        return fault;
    }
}
