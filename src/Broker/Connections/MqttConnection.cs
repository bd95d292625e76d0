using System.IO.Pipelines;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Persistence;
using Broker.Protocol;
using Broker.Security;
using Broker.Sessions;

namespace Broker.Connections;

/// <summary>
/// One live connection. The read loop is one task (MqttConnection.Read.cs); writing is done by whoever holds the draining flag
/// (MqttConnection.Write.cs). Closing has one door: <see cref="TryClose"/>.
/// </summary>
internal sealed partial class MqttConnection : ISessionConnection, ICommitWaiter
{
    /// <summary>How long a peer may take to accept the last packet.</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(2);

    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private CloseReason? _closeReason;
    private TaskCompletionSource? _writerDone;
    private long _acceptedMilliseconds;
    private long _lastReceivedMilliseconds;

    public MqttConnection(BrokerEngine engine, IConnectionOrigin origin, IDuplexPipe transport, ConnectionPlace place)
    {
        Engine = engine;
        Place = place;
        Origin = origin;
        Listener = origin.Listener;
        _input = transport.Input;
        _output = transport.Output;
        _acceptedMilliseconds = _lastReceivedMilliseconds = engine.CoarseMilliseconds;
    }

    public BrokerEngine Engine { get; }

    public IConnectionOrigin Origin { get; }

    /// <summary>The listener of <see cref="Origin"/>: asked for each message.</summary>
    public ListenerOptions Listener { get; }

    /// <summary>Its place among the connections that are counted.</summary>
    public ConnectionPlace Place { get; }

    /// <summary>The session that is served; null before CONNECT was accepted.</summary>
    public Session? Session { get; private set; }

    /// <summary>For how long it has been there, seconds, without the time in which it waited to be let in.</summary>
    public long AgeSeconds => (Engine.CoarseMilliseconds - _acceptedMilliseconds) / 1000;

    /// <summary>Seconds since a packet came from the client.</summary>
    public long SilentSeconds => (Engine.CoarseMilliseconds - Volatile.Read(ref _lastReceivedMilliseconds)) / 1000;

    /// <summary>What was agreed; null before CONNECT was accepted.</summary>
    public ClientParameters? Parameters { get; private set; }

    /// <summary>Who the client is, when it was not a password file that said so; null else. Set before Parameters.</summary>
    public VerifiedIdentity? Identity { get; private set; }

    /// <summary>Whether somebody vouched for who the client is. Set before Parameters.</summary>
    public bool IsAuthenticated { get; private set; }

    /// <summary>What the client may publish; null: everything.</summary>
    public ClientAccess? Access { get; private set; }

    /// <summary>The version of CONNECT, as far as one was read.</summary>
    public ProtocolVersion Version { get; private set; }

    /// <summary>Its writing is over: no commit makes a difference to it.</summary>
    public bool IsGone => _isOutputClosed;

    public string Address => Origin.RemoteAddress;

    public bool WaitsForCommit => Listener.Durability == ListenerDurability.Commit;

    /// <summary>Serves the connection until it ends, and leaves the engine.</summary>
    public async Task RunAsync()
    {
        CloseReason? reason = null;
        try
        {
            // The one wait of an idle client, in the one state machine that lives as long as it: the others are made when
            // something is waited for.
            while (reason is null)
            {
                ReadResult read = await _input.ReadAsync();
                // A socket that always has more would keep this thread, and all whose sockets it serves, for ever. What was read
                // is not looked at before the pool goes on: it fills the pipe, or the thread would go on to read for the pool.
                if (IsTurnOver()) await Task.Yield();
                HandlerResult result = TakeBatch(in read);
                if (result.Action == HandlerAction.Continue && !MustPause) continue;
                reason = await SettleAsync(result);
            }
        }
        catch (Exception exception) when (IsPeerGone(exception))
        {
            reason = CloseReason.PeerClosed;
        }
#pragma warning disable CA1031 // The one catch-all of a connection: a bug costs this client its connection and nobody else.
        catch (Exception exception)
        {
            Log.Failed(Engine.Logger, Parameters?.ClientId ?? Origin.RemoteAddress, exception);
            reason = new CloseReason(CloseKind.Fault, ReasonCode.UnspecifiedError, "internal error");
        }
#pragma warning restore CA1031
        await EndAsync(reason);
    }

    /// <summary>The one door: the first reason counts. May be called from any thread; the read loop ends soon after.</summary>
    public bool TryClose(CloseReason reason)
    {
        if (Interlocked.CompareExchange(ref _closeReason, reason, null) is not null) return false;
        Drain();
        _input.CancelPendingRead();
        WakeReader();
        Volatile.Read(ref _askedInVain)?.TrySetResult();
        return true;
    }

    /// <summary>The broker stops: says goodbye, and where to go instead if the listener was told so.</summary>
    public void CloseForShutdown()
    {
        CloseReason reason = CloseReason.ServerShutdown;
        if (Listener.ServerReference is { } reference)
            reason = reason with { Code = ReasonCode.UseAnotherServer, ServerReference = reference };
        TryClose(reason);
    }

    /// <summary>The access lists have changed. The session is told by itself.</summary>
    public void Use(AccessControl access)
    {
        if (Parameters is { } parameters) Access = RightsOf(access, parameters);
    }

    private ClientAccess? RightsOf(AccessControl access, ClientParameters parameters) =>
        access.For(Listener, parameters.UserName, parameters.ClientId, Identity?.Grant);

    public void CloseTakenOver()
    {
        bool isAlive = IsAlive;
        if (!TryClose(CloseReason.TakenOver)) return;
        WasTakenAlive = isAlive;
        if (Engine.Options.Logging.ConnectionMessages)
            Log.TakenOver(Engine.Logger, Parameters?.ClientId ?? Origin.RemoteAddress);
    }

    /// <summary>Keep-alive and the time to CONNECT.</summary>
    public void OnTick(long nowMilliseconds)
    {
        if (Parameters is not { } parameters)
        {
            // While it waits for others, it is not the one who is late.
            if (Volatile.Read(ref _line) is not null || _isPaused) return;
            bool isLate = nowMilliseconds - _acceptedMilliseconds
                > (long)Engine.Options.Limits.Peers.ConnectTimeout.TotalMilliseconds;
            if (isLate && TryClose(CloseReason.ConnectTimeout)) Engine.Peers.Hit(LimitKind.ConnectTimeout, this);
            return;
        }
        // A commit that takes so long holds up nobody else.
        LeaveLine();
        if (Identity is { ExpiresAt: not VerifiedIdentity.NeverExpires and var end }
            && Engine.Time.GetUtcNow().ToUnixTimeMilliseconds() >= end)
            TryClose(CloseReason.CredentialsExpired);
        // While the broker does not read, the client is not silent.
        if (_isPaused || Volatile.Read(ref _waiting) is not null) Volatile.Write(ref _lastReceivedMilliseconds, nowMilliseconds);
        long silent = SilentMilliseconds(nowMilliseconds);
        // The stamp may be one tick older than the packet: one tick of grace, so that nobody is closed early.
        if (parameters.KeepAliveSeconds > 0
            && silent > (parameters.KeepAliveSeconds * 1500L) + (long)Heartbeat.Period.TotalMilliseconds)
            TryClose(CloseReason.KeepAliveTimeout);
    }

    private long SilentMilliseconds(long nowMilliseconds) =>
        nowMilliseconds - Volatile.Read(ref _lastReceivedMilliseconds);

    private static bool IsPeerGone(Exception exception) =>
        exception is IOException or OperationCanceledException or ObjectDisposedException
            or System.Net.WebSockets.WebSocketException or System.Net.Sockets.SocketException;

    private async Task EndAsync(CloseReason reason)
    {
        try
        {
            TryClose(reason);
            LeaveLine();
            LeaveSession();
            await FinishWritingAsync();
        }
        finally
        {
            Engine.Leave(this);
            await _input.CompleteAsync();
            await CompleteOutputAsync();
        }
    }

    private async Task CompleteOutputAsync()
    {
        try
        {
            await _output.CompleteAsync();
        }
        catch (Exception exception) when (IsPeerGone(exception))
        {
            // A WebSocket's output sends at its end what was left in it, and finds that nobody is there.
        }
    }

    private void LeaveSession()
    {
        CloseReason reason = _closeReason!;
        if (Session is not null) Engine.Metrics.ConnectionClosed(Listener, Version, reason.Kind);
        else if (reason.Kind is CloseKind.Refused or CloseKind.Fault) Engine.Metrics.ConnectRefused(reason.Code);
        LogClosed(reason);
        if (Session is not null && Engine.Metrics.Traces.Now is { } audience) TellClosed(audience, reason);
        if (Session is not { } session) return;
        Engine.Sessions.Close(this, session, reason.IsWillWanted, reason.ExpirySeconds);
        if (IsAuthenticated) Engine.Flapping.OnEnded(session.ClientId, reason.Kind, Origin);
    }

    // A writer that is stuck in a peer that does not read is cut off; then it ends by itself.
    private async Task FinishWritingAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _writerDone, done);
        Drain();
        if (done.Task.IsCompleted) return;
        try
        {
            await done.Task.WaitAsync(FarewellTimeout);
        }
        catch (TimeoutException)
        {
            Origin.Abort();
            await done.Task;
        }
    }

    private void LogClosed(CloseReason reason)
    {
        if (!Engine.Options.Logging.ConnectionMessages) return;
        string who = Parameters?.ClientId ?? "<unknown>";
        switch (reason.Kind)
        {
            case CloseKind.TakenOver or CloseKind.Refused:
                break;
            case CloseKind.ClientDisconnected:
                Log.Disconnected(Engine.Logger, who);
                break;
            case CloseKind.PeerClosed:
                Log.ClosedConnection(Engine.Logger, who);
                break;
            case CloseKind.AdministrativeAction:
                Log.EndedByAdministrator(Engine.Logger, who);
                break;
            case CloseKind.KeepAliveTimeout or CloseKind.ConnectTimeout:
                Log.TimedOut(Engine.Logger, who);
                break;
            default:
                Log.Faulted(Engine.Logger, who, Origin.RemoteAddress, reason.Text);
                break;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.ClientDisconnected, LogLevel.Information, "Client {ClientId} disconnected.")]
        internal static partial void Disconnected(ILogger logger, string clientId);

        [LoggerMessage(EventIds.ClientClosedConnection, LogLevel.Information, "Client {ClientId} closed its connection.")]
        internal static partial void ClosedConnection(ILogger logger, string clientId);

        [LoggerMessage(EventIds.ClientTimedOut, LogLevel.Information, "Client {ClientId} has exceeded timeout, disconnecting.")]
        internal static partial void TimedOut(ILogger logger, string clientId);

        [LoggerMessage(EventIds.ClientEndedByAdministrator, LogLevel.Information,
            "Client {ClientId} been disconnected by administrative action.")]
        internal static partial void EndedByAdministrator(ILogger logger, string clientId);

        [LoggerMessage(EventIds.ClientTakenOver, LogLevel.Information,
            "Client {ClientId} already connected, closing old connection.")]
        internal static partial void TakenOver(ILogger logger, string clientId);

        [LoggerMessage(EventIds.ClientFaulted, LogLevel.Information, "Client {ClientId} [{Address}] disconnected: {Reason}.")]
        internal static partial void Faulted(ILogger logger, string clientId, string address, string reason);

        [LoggerMessage(EventIds.ConnectionFailed, LogLevel.Error, "Client {ClientId} disconnected by an internal error.")]
        internal static partial void Failed(ILogger logger, string clientId, Exception exception);

        [LoggerMessage(EventIds.TlsOnPlainPort, LogLevel.Information,
            "Client <unknown> [{Address}] speaks TLS on port {Port}, which is not a TLS listener.")]
        internal static partial void TlsOnPlainPort(ILogger logger, string address, int port);

        [LoggerMessage(EventIds.ClientConnected, LogLevel.Information,
            "New client connected from {Address} as {ClientId} (p{Version}, c{CleanStart}, k{KeepAlive}).")]
        internal static partial void Connected(
            ILogger logger, string address, string clientId, int version, int cleanStart, int keepAlive);

        [LoggerMessage(EventIds.ClientConnectedAs, LogLevel.Information,
            "New client connected from {Address} as {ClientId} (p{Version}, c{CleanStart}, k{KeepAlive}, u'{UserName}').")]
        internal static partial void ConnectedAs(
            ILogger logger, string address, string clientId, int version, int cleanStart, int keepAlive, string userName);

        [LoggerMessage(EventIds.ConnectRefused, LogLevel.Information, "Client {ClientId} [{Address}] disconnected: {Reason}.")]
        internal static partial void Refused(ILogger logger, string clientId, string address, string reason);
    }
}
