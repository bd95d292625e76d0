using System.Globalization;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Security.Bans;

namespace Broker.Connections;

/// <summary>
/// Bans client ids whose connections end again and again (<c>flapping_max_count</c>). Only those that had authenticated count:
/// anybody can say that he is somebody. A takeover does not count, of which <see cref="TakeoverWatch"/> takes care, nor what the
/// broker or an administrator ends. Thread-safe.
/// </summary>
internal sealed partial class FlappingWatch(BrokerEngine engine) : IHeartbeatListener
{
    /// <summary>Client ids that are remembered.</summary>
    private const int ClientsMax = 10_000;

    /// <summary>Longer client ids are not remembered, so that all of them together take a few MiB.</summary>
    private const int ClientIdLengthMax = 256;

    private readonly WindowCounts<string> _ended = new(ClientsMax);

    /// <summary>Client ids that are remembered, for tests.</summary>
    public int Count => _ended.Count;

    private BanRate Rate => engine.Options.Limits.Bans.Flapping;

    /// <summary>A client that had authenticated is gone.</summary>
    public void OnEnded(string clientId, CloseKind kind, IConnectionOrigin origin)
    {
        BanRate rate = Rate;
        if (rate.CountMax == 0 || clientId.Length > ClientIdLengthMax) return;
        if (kind is not (CloseKind.ClientDisconnected or CloseKind.PeerClosed or CloseKind.KeepAliveTimeout or CloseKind.Fault))
            return;
        int count = _ended.Note(clientId, engine.CoarseMilliseconds, (long)rate.Window.TotalMilliseconds);
        if (count <= rate.CountMax) return;
        _ended.Forget(clientId);
        string reason = string.Create(
            CultureInfo.InvariantCulture, $"{count} connections ended within {rate.Window.TotalSeconds:0} seconds");
        if (!engine.Bans.BanByRate(new BanTarget(BanKind.Clientid, clientId), BanMaker.Flapping, reason, rate.BanTime)) return;
        Log.Banned(engine.Logger, clientId, origin.RemoteAddress, (long)rate.BanTime.TotalSeconds, reason);
        // It may have come back already.
        engine.Bans.Disconnect(clientId);
    }

    public void OnTick(long nowMilliseconds) => _ended.ForgetEnded(nowMilliseconds, (long)Rate.Window.TotalMilliseconds);

    private static partial class Log
    {
        [LoggerMessage(EventIds.BannedForFlapping, LogLevel.Warning,
            "Client id {ClientId}, last at {Address}, is banned for {Seconds} seconds: {Reason} (flapping_max_count).")]
        internal static partial void Banned(ILogger logger, string clientId, string address, long seconds, string reason);
    }
}
