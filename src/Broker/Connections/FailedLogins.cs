using System.Globalization;
using System.Net;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Security.Bans;

namespace Broker.Connections;

/// <summary>
/// Bans addresses that give wrong names, passwords and tokens again and again (<c>failed_login_max_count</c>). Who is connected
/// from there stays. Loopback addresses are left alone: everybody behind a proxy on this machine has them. Thread-safe.
/// </summary>
internal sealed partial class FailedLogins(BrokerEngine engine) : IHeartbeatListener
{
    /// <summary>Addresses that are remembered.</summary>
    private const int AddressesMax = 10_000;

    private const int PrefixLengthV6 = 64;

    private readonly WindowCounts<PeerNetwork> _failed = new(AddressesMax);

    /// <summary>Addresses that are remembered, for tests.</summary>
    public int Count => _failed.Count;

    private BanRate Rate => engine.Options.Limits.Bans.FailedLogin;

    /// <summary>A client was not who it said.</summary>
    /// <param name="address">Where it is; null: that is no address.</param>
    public void Note(IPAddress? address)
    {
        BanRate rate = Rate;
        if (rate.CountMax == 0 || address is null) return;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address)) return;
        PeerNetwork peer = PeerNetwork.Of(address);
        // Whoever has one address of IPv6 has its /64.
        if (!peer.IsV4) peer = peer.Cut(PrefixLengthV6);
        int count = _failed.Note(peer, engine.CoarseMilliseconds, (long)rate.Window.TotalMilliseconds);
        if (count <= rate.CountMax) return;
        _failed.Forget(peer);
        string reason = string.Create(
            CultureInfo.InvariantCulture, $"{count} failed logins within {rate.Window.TotalSeconds:0} seconds");
        if (engine.Bans.BanByRate(BanTarget.Of(peer), BanMaker.FailedLogin, reason, rate.BanTime))
            Log.Banned(engine.Logger, peer.ToString(), (long)rate.BanTime.TotalSeconds, reason);
    }

    public void OnTick(long nowMilliseconds) => _failed.ForgetEnded(nowMilliseconds, (long)Rate.Window.TotalMilliseconds);

    private static partial class Log
    {
        [LoggerMessage(EventIds.BannedForFailedLogins, LogLevel.Warning,
            "Address {Address} is banned for {Seconds} seconds: {Reason} (failed_login_max_count).")]
        internal static partial void Banned(ILogger logger, string address, long seconds, string reason);
    }
}
