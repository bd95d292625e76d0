using System.Net;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Lifecycle;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Security.Bans;
using Broker.Sessions;

namespace Broker.Connections;

/// <summary>
/// Keeps out who is banned: an address before anything is read from it, a client id before its password is looked at, a user name
/// when it is known whose it is. Thread-safe.
/// </summary>
internal sealed partial class BanGate(BrokerEngine engine)
{
    /// <summary>Connections from banned addresses are named again after so long.</summary>
    private const long NamedAgainMilliseconds = 10_000;

    private long _namedAt = long.MinValue / 2;
    private long _unnamed;

    /// <summary>The bans.</summary>
    public BanList List { get; } = new(engine.Store, engine.Time);

    private int CountMax => engine.Options.Limits.Bans.CountMax;

    /// <summary>Whether a connection from there is closed at once.</summary>
    /// <param name="address">The peer's, or that of a proxy's client.</param>
    public bool RefusesAccept(IPAddress? address)
    {
        if (address is null || List.Find(null, null, address) is not { } ban) return false;
        engine.Metrics.BanMet(ban.Target.Kind);
        Interlocked.Increment(ref _unnamed);
        long now = engine.CoarseMilliseconds;
        long before = Volatile.Read(ref _namedAt);
        bool isNamed = now - before >= NamedAgainMilliseconds
            && Interlocked.CompareExchange(ref _namedAt, now, before) == before;
        if (isNamed)
        {
            if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
            Log.Denied(engine.Logger, address, ban.Clause, Interlocked.Exchange(ref _unnamed, 0) - 1);
        }
        return true;
    }

    /// <summary>Whether somebody is banned who comes by HTTP, as the user whose password was right or from an address.</summary>
    /// <param name="userName">Null: none, or it is not known yet.</param>
    /// <param name="address">The peer's.</param>
    public bool RefusesRequest(string? userName, IPAddress? address)
    {
        if (List.Find(null, userName, address) is not { } ban) return false;
        engine.Metrics.BanMet(ban.Target.Kind);
        return true;
    }

    /// <summary>Why a CONNECT is refused before it is looked at who sent it, or null.</summary>
    public CloseReason? RefuseConnect(MqttConnection connection, ConnectPacket packet)
    {
        ListenerOptions listener = connection.Listener;
        string? clientId = listener.UseUsernameAsClientId || packet.ClientId.Length == 0 ? null : packet.ClientId;
        return Refuse(List.Find(clientId, null, connection.Origin.Address));
    }

    /// <summary>Why a client that is known now is not let in, or null.</summary>
    public CloseReason? RefuseKnown(MqttConnection connection)
    {
        // Either this sees a new ban, or who made it sees the parameters of this client.
        Interlocked.MemoryBarrier();
        return Refuse(Find(connection));
    }

    /// <summary>Why a client may not authenticate again, or null.</summary>
    public CloseReason? EndKnown(MqttConnection connection) => Find(connection) is { } ban ? ReasonOf(ban) : null;

    /// <summary>A ban that no administrator makes: from now on, unless there is one already.</summary>
    /// <returns>Whether it is made.</returns>
    public bool BanByRate(BanTarget target, BanMaker maker, string reason, TimeSpan time)
    {
        long now = engine.Time.GetUtcNow().ToUnixTimeMilliseconds();
        Ban ban = new(target, maker, Ban.NameOf(maker), reason, now, now + (long)time.TotalMilliseconds);
        BanOutcome outcome = List.Put(ban, CountMax, out _);
        if (outcome == BanOutcome.Full) Log.Full(engine.Logger, target.KindName, target.Who, CountMax);
        if (outcome is not (BanOutcome.Added or BanOutcome.Replaced)) return false;
        engine.Metrics.BanMade(maker);
        return true;
    }

    /// <summary>An administrator's ban.</summary>
    public BanOutcome Put(Ban ban, out long ticket)
    {
        BanOutcome outcome = List.Put(ban, CountMax, out ticket);
        if (outcome is BanOutcome.Added or BanOutcome.Replaced) engine.Metrics.BanMade(ban.Maker);
        return outcome;
    }

    /// <summary>Ends the connections of those whom a ban is about. Walks over all there are.</summary>
    /// <returns>How many clients were connected and are not any more.</returns>
    public int Disconnect(Ban ban)
    {
        CloseReason reason = ReasonOf(ban);
        int count = 0;
        foreach (MqttConnection connection in ConnectionsOf(ban))
        {
            if (connection.TryClose(reason) && connection.Session is not null) count++;
        }
        return count;
    }

    /// <summary>
    /// Deletes the sessions of those whom a ban is about, and ends their connections: of a client id or a user also those that
    /// are away, of an address those that are connected from there.
    /// </summary>
    /// <param name="ban">It.</param>
    /// <param name="disconnected">How many of them were connected.</param>
    /// <param name="ticket">What must be durable before they may be said to be gone; 0: nothing.</param>
    /// <returns>How many sessions.</returns>
    public int DeleteSessions(Ban ban, out int disconnected, out long ticket)
    {
        (disconnected, ticket) = (0, 0);
        int count = 0;
        foreach (string clientId in ClientIdsOf(ban))
        {
            if (!engine.Sessions.TryDelete(clientId, out DeletedSession? deleted)) continue;
            count++;
            ticket = Math.Max(ticket, deleted.Value.Ticket);
            if (deleted.Value.Connection is not MqttConnection client) deleted.Value.Connection?.CloseTakenOver();
            else if (client.TryClose(ReasonOf(ban))) disconnected++;
        }
        return count;
    }

    /// <summary>Ends the connection that has the session of a client id, if it is banned.</summary>
    public void Disconnect(string clientId)
    {
        if (List.Find(clientId, null, null) is not { } ban) return;
        if (engine.Sessions.Registry.TryGet(clientId, out Session? session) && session.Connection is MqttConnection connection)
            connection.TryClose(ReasonOf(ban));
    }

    // DISCONNECT has no 0x8A (MQTT 5.0 section 3.14.2.1).
    private static CloseReason ReasonOf(Ban ban) => new(CloseKind.Banned, ReasonCode.AdministrativeAction, ban.Clause);

    private static bool IsMeant(MqttConnection connection, BanTarget target, PeerNetwork? network) => target.Kind switch
    {
        BanKind.Clientid => connection.Parameters?.ClientId == target.Who,
        BanKind.Username => connection.Parameters?.UserName == target.Who,
        _ => connection.Origin.Address is { } address && network!.Value.Contains(address),
    };

    private IEnumerable<MqttConnection> ConnectionsOf(Ban ban)
    {
        // Either this sees a client that is being let in, or that one sees the ban.
        Interlocked.MemoryBarrier();
        PeerNetwork? network = ban.Target.Network;
        return engine.Connections.Where(connection => IsMeant(connection, ban.Target, network));
    }

    private string[] ClientIdsOf(Ban ban) => ban.Target.Kind switch
    {
        BanKind.Clientid => [ban.Target.Who],
        BanKind.Username =>
        [
            .. engine.Sessions.Registry.Sessions.Where(session => session.UserName == ban.Target.Who)
                .Select(static session => session.ClientId),
        ],
        _ =>
        [
            .. ConnectionsOf(ban).Select(static connection => connection.Session?.ClientId).OfType<string>()
                .Distinct(StringComparer.Ordinal),
        ],
    };

    private Ban? Find(MqttConnection connection) => List.Find(
        connection.Parameters?.ClientId, connection.Parameters?.UserName, connection.Origin.Address);

    private CloseReason? Refuse(Ban? ban)
    {
        if (ban is null) return null;
        engine.Metrics.BanMet(ban.Target.Kind);
        return new CloseReason(CloseKind.Refused, ReasonCode.Banned, ban.Clause);
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.BannedAtAccept, LogLevel.Information,
            "Client connection from {Address} denied: {Reason}; so were {More} others since this was last said.")]
        internal static partial void Denied(ILogger logger, IPAddress address, string reason, long more);

        [LoggerMessage(EventIds.BanNotMade, LogLevel.Warning,
            "{Kind} {Who} is not banned: rates have made as many bans as they may, half of max_bans {CountMax}.")]
        internal static partial void Full(ILogger logger, string kind, string who, int countMax);
    }
}
