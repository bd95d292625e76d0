using System.Net;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Sessions;

namespace Broker.Connections;

/// <summary>
/// What one address and one user may have of the broker. Each limit that is met is counted, and named in the log now and then.
/// Thread-safe.
/// </summary>
internal sealed partial class PeerLimits(BrokerEngine engine) : IHeartbeatListener
{
    /// <summary>A limit that goes on being met is named again after so long.</summary>
    private const long NamedAgainMilliseconds = 10_000;

    private static readonly LimitKind[] Kinds = Enum.GetValues<LimitKind>();
    private static readonly string[] Names = [.. Kinds.Select(static kind => SnakeCase.Of(kind.ToString()))];

    private readonly long[] _namedAt = [.. Kinds.Select(static _ => long.MinValue / 2)];
    private readonly long[] _countWhenNamed = new long[Kinds.Length];

    public PeerCounts Counts { get; } = new(engine.Time);

    private PeerLimitOptions Options => engine.Options.Limits.Peers;

    /// <summary>May somebody else come from there.</summary>
    /// <param name="origin">Where the connection comes from.</param>
    /// <param name="peer">Whose place it has, to be given back to <see cref="Counts"/>; null: it has none, they are not
    /// limited.</param>
    public bool TryEnter(IConnectionOrigin origin, out IPAddress? peer)
    {
        peer = null;
        int countMax = Options.AddressConnectionsMax;
        if (countMax == 0 || origin.Address is not { } address) return true;
        IPAddress candidate = PeerAddress.Of(address);
        if (Counts.TryEnter(candidate, countMax))
        {
            peer = candidate;
            return true;
        }
        Hit(LimitKind.MaxConnectionsPerAddress, origin, null);
        return false;
    }

    /// <summary>How fast a connection may publish; null: as it likes. Left at the end.</summary>
    public PublishPace? PaceOf(IConnectionOrigin origin, PublishRates rates)
    {
        if (rates.IsNone) return null;
        AddressPace? shared = rates.HasAddress && origin.Address is { } address
            ? Counts.TakePace(PeerAddress.Of(address), rates)
            : null;
        return new PublishPace(rates, shared, engine.Time);
    }

    /// <summary>A connection has it no more.</summary>
    public void Leave(PublishPace? pace)
    {
        if (pace?.Address is { } shared) Counts.GiveBack(shared);
    }

    /// <summary>Why a CONNECT is not looked at, or null.</summary>
    public CloseReason? RefuseConnect(MqttConnection connection)
    {
        int perSecond = Options.AddressConnectsPerSecond;
        if (perSecond == 0 || connection.Origin.Address is not { } address) return null;
        if (Counts.TryConnect(PeerAddress.Of(address), perSecond)) return null;
        Hit(LimitKind.ConnectRatePerAddress, connection.Origin, null);
        return new(CloseKind.Refused, ReasonCode.ConnectionRateExceeded, "connect_rate_per_address exceeded");
    }

    /// <summary>Why somebody who is known now is not let in, or null.</summary>
    public CloseReason? RefuseUser(MqttConnection connection, ClientParameters parameters)
    {
        int countMax = Options.UserConnectionsMax;
        if (countMax == 0 || parameters.UserName is not { } userName) return null;
        // Who takes a session over makes no connection more.
        if (HasConnection(parameters.ClientId, userName)) countMax = int.MaxValue;
        if (Counts.TryEnter(userName, countMax))
        {
            connection.UseQuota().UserName = userName;
            return null;
        }
        Hit(LimitKind.MaxConnectionsPerUser, connection.Origin, parameters.ClientId);
        return new(CloseKind.Refused, ReasonCode.QuotaExceeded, "max_connections_per_user exceeded");
    }

    /// <summary>A connection has ended.</summary>
    public void Leave(ConnectionQuota quota)
    {
        if (quota.UserName is { } userName) Counts.Leave(userName);
        Leave(quota.End());
    }

    /// <summary>A client met a limit.</summary>
    public void Hit(LimitKind kind, MqttConnection connection) =>
        Hit(kind, connection.Origin, connection.Parameters?.ClientId);

    public void OnTick(long nowMilliseconds) => Counts.Forget();

    private bool HasConnection(string clientId, string userName) =>
        engine.Sessions.Registry.TryGet(clientId, out Session? session) && session.IsConnected && session.UserName == userName;

    private void Hit(LimitKind kind, IConnectionOrigin origin, string? clientId)
    {
        engine.Metrics.LimitMet(kind);
        long now = engine.CoarseMilliseconds;
        ref long namedAt = ref _namedAt[(int)kind];
        long before = Volatile.Read(ref namedAt);
        if (now - before < NamedAgainMilliseconds || Interlocked.CompareExchange(ref namedAt, now, before) != before) return;
        long count = engine.Metrics.LimitsMet(kind);
        long more = count - 1 - Interlocked.Exchange(ref _countWhenNamed[(int)kind], count);
        Log.Met(engine.Logger, clientId ?? "<unknown>", origin.RemoteAddress, Names[(int)kind], Math.Max(0, more));
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.LimitMet, LogLevel.Information,
            "Client {ClientId} [{Address}] has met {Limit}; so have {More} others since this was last said.")]
        internal static partial void Met(ILogger logger, string clientId, string address, string limit, long more);
    }
}
