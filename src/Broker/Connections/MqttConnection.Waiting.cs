using System.IO.Pipelines;
using Broker.Diagnostics;
using Broker.Lifecycle;
using Broker.Protocol;
using Broker.Protocol.Packets;

namespace Broker.Connections;

// Between the judgement of CONNECT and its answer, while its client id is fought over. The read loop goes on reading, to see
// whether the client is still there; what came behind CONNECT stays where it is.
internal sealed partial class MqttConnection
{
    /// <summary>A client that waits for CONNACK and has sent so much behind its CONNECT is not read further.</summary>
    private const int WaitingBytesMax = 64 * 1024;

    // Null for all but the few that wait: a connection has nothing else of this in its memory.
    private WaitingConnect? _waiting;

    /// <summary>
    /// Whether the client has shown within its keep alive that it is there. While nothing is read from it, nobody can tell.
    /// </summary>
    private bool IsAlive =>
        !_isPaused && Parameters is { } parameters
        && (parameters.KeepAliveSeconds == 0
            || SilentMilliseconds(Engine.CoarseMilliseconds) <= parameters.KeepAliveSeconds * 1000L);

    /// <summary>Whether it was alive when its session was taken over.</summary>
    public bool WasTakenAlive { get; private set; }

    private TakeoverPeer Peer => new(Origin.RemoteAddress, Parameters?.UserName);

    private bool IsWaitingFull =>
        Volatile.Read(ref _waiting) is { MayAsk: false } waiting && waiting.Bytes > WaitingBytesMax;

    /// <summary>The CONNECT that waits may be answered by now: asks about it again. From any thread.</summary>
    public void GoOn()
    {
        if (Volatile.Read(ref _waiting) is not { } waiting) return;
        waiting.MayAsk = true;
        _input.CancelPendingRead();
        WakeReader();
    }

    private HandlerResult TakeWhileWaiting(WaitingConnect waiting, in ReadResult read)
    {
        waiting.Bytes = read.Buffer.Length;
        _input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        if (waiting.MayAsk) return HandlerResult.Pause;
        return read.IsCompleted ? HandlerResult.Close(CloseReason.PeerClosed) : HandlerResult.Continue;
    }

    // Answers CONNECT now, or lets it wait: then null.
    private ValueTask<CloseReason?> OpenInTurnAsync(ConnectPacket packet, ClientParameters parameters)
    {
        bool hasWaited = _waiting is not null;
        if (!hasWaited && Engine.Takeovers.IsQuiet) return OpenAsync(packet, parameters);
        // Before it is asked: who calls meanwhile is not forgotten.
        if (!hasWaited) Volatile.Write(ref _waiting, new WaitingConnect(packet));
        _waiting!.MayAsk = false;
        switch (Engine.Takeovers.Ask(this, parameters.ClientId))
        {
            case TakeoverVerdict.Wait:
                LeaveLine();
                return new((CloseReason?)null);
            case TakeoverVerdict.Refuse:
                Parameters = null;
                const string Fought = "its client id is in use, and is taken over too often";
                return new(Refuse(packet, new CloseReason(CloseKind.Refused, ReasonCode.ServerBusy, Fought)));
            default:
                Volatile.Write(ref _waiting, null);
                // What came meanwhile was looked at and is still there: the next read brings it at once.
                if (hasWaited) _input.CancelPendingRead();
                return OpenAsync(packet, parameters);
        }
    }

    /// <summary>A CONNECT that waits.</summary>
    private sealed class WaitingConnect(ConnectPacket packet)
    {
        private volatile bool _mayAsk;

        public ConnectPacket Packet { get; } = packet;

        /// <summary>Whether it may be answered by now.</summary>
        public bool MayAsk { get => _mayAsk; set => _mayAsk = value; }

        /// <summary>How much came behind it.</summary>
        public long Bytes { get; set; }
    }
}
