using System.Collections.Concurrent;
using System.Net;
using Broker.Diagnostics;
using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Persistence.Loading;

namespace Broker.Security.Bans;

/// <summary>What came of a new ban.</summary>
internal enum BanOutcome
{
    /// <summary>It is there.</summary>
    Added,
    /// <summary>It is there, in the place of one about the same.</summary>
    Replaced,
    /// <summary>There are as many as there may be.</summary>
    Full,
    /// <summary>There is one already, and a rate does not change it.</summary>
    Known,
}

/// <summary>
/// Who may not connect. Asking takes no lock, and no longer with more bans: one look-up for each prefix length that there is.
/// Changes are under a lock, in the order in which the store gets them.
/// </summary>
internal sealed class BanList(IStateStore store, TimeProvider time) : IHeartbeatListener
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<BanTarget, Ban> _bans = new();
    private readonly ConcurrentDictionary<PeerNetwork, Ban> _networks = new();
    private readonly Dictionary<PrefixLength, int> _countsByLength = [];
    private readonly long[] _counts = new long[Enum.GetValues<BanKind>().Length];
    private volatile PrefixLength[] _lengths = [];
    private volatile int _count;
    private int _countOfRates;
    private long _nextEnd = Ban.ForEver;

    /// <summary>How many there are.</summary>
    public int Count => _count;

    /// <summary>All of them, in no order; those that have ended a moment ago may be among them.</summary>
    public IEnumerable<Ban> All => _bans.Select(static pair => pair.Value);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>How many of a kind.</summary>
    public long CountOf(BanKind kind) => Volatile.Read(ref _counts[(int)kind]);

    /// <summary>
    /// The ban that holds for a client id, a user name or an address, whichever of them are known; null: there is none.
    /// </summary>
    public Ban? Find(string? clientId, string? userName, IPAddress? address)
    {
        if (_count == 0) return null;
        long now = Now;
        if (clientId is not null && Find(new BanTarget(BanKind.Clientid, clientId), now) is { } client) return client;
        if (userName is not null && Find(new BanTarget(BanKind.Username, userName), now) is { } user) return user;
        if (address is null) return null;
        PrefixLength[] lengths = _lengths;
        if (lengths.Length == 0) return null;
        PeerNetwork peer = PeerNetwork.Of(address);
        foreach (PrefixLength length in lengths)
        {
            if (length.IsV4 == peer.IsV4 && _networks.TryGetValue(peer.Cut(length.Length), out Ban? ban) && !ban.IsOver(now))
                return ban;
        }
        return null;
    }

    /// <summary>The ban of exactly this one; null: there is none.</summary>
    public Ban? Find(BanTarget target) => Find(target, Now);

    /// <summary>Adds a ban, or has it replace the one about the same.</summary>
    /// <param name="ban">It.</param>
    /// <param name="countMax"><c>max_bans</c>; those made by rates have half of it.</param>
    /// <param name="ticket">What must be durable before it may be said to be there; 0: nothing.</param>
    public BanOutcome Put(Ban ban, int countMax, out long ticket)
    {
        ticket = 0;
        bool isOfRate = ban.Maker != BanMaker.Administrator;
        lock (_lock)
        {
            long now = Now;
            Ban? known = Find(ban.Target, now);
            if (isOfRate && known is not null) return BanOutcome.Known;
            if (known is null)
            {
                if (IsFull(isOfRate, countMax)) RemoveEnded(now);
                if (IsFull(isOfRate, countMax)) return BanOutcome.Full;
            }
            Take(ban);
            ticket = store.IsDurable ? store.Append(ban.ToPut()) : 0;
            return known is null ? BanOutcome.Added : BanOutcome.Replaced;
        }
    }

    /// <summary>Lifts a ban.</summary>
    /// <param name="target">Of whom.</param>
    /// <param name="ticket">What must be durable before it may be said to be gone; 0: nothing.</param>
    /// <returns>It; null: there is none.</returns>
    public Ban? Remove(BanTarget target, out long ticket)
    {
        ticket = 0;
        lock (_lock)
        {
            if (Find(target, Now) is not { } ban) return null;
            ticket = Drop(ban);
            return ban;
        }
    }

    /// <summary>Takes over what was committed, before anybody connects.</summary>
    /// <returns>Bans that are none that is known here; they do not hold.</returns>
    /// <exception cref="System.Data.Common.DbException">The database is out of reach.</exception>
    public async Task<IReadOnlyList<BanPut>> LoadAsync(StoredState state)
    {
        List<BanPut> unknown = [];
        await foreach (BanPut put in state.ReadBansAsync())
        {
            if (Ban.Of(put) is not { } ban) unknown.Add(put);
            else
            {
                lock (_lock) Take(ban);
            }
        }
        // Those that ended while the broker was down.
        lock (_lock) RemoveEnded(Now);
        return unknown;
    }

    public void OnTick(long nowMilliseconds)
    {
        long now = Now;
        if (Volatile.Read(ref _nextEnd) > now) return;
        lock (_lock) RemoveEnded(now);
    }

    private Ban? Find(BanTarget target, long now) => _bans.TryGetValue(target, out Ban? ban) && !ban.IsOver(now) ? ban : null;

    private bool IsFull(bool isOfRate, int countMax) =>
        _count >= countMax || (isOfRate && _countOfRates >= Math.Max(1, countMax / 2));

    private void Take(Ban ban)
    {
        // Whoever asks meanwhile finds one or the other.
        bool isKnown = _bans.TryGetValue(ban.Target, out Ban? before);
        _bans[ban.Target] = ban;
        if (ban.Target.Network is { } network)
        {
            _networks[network] = ban;
            if (!isKnown) CountLength(new PrefixLength(network.IsV4, network.Length), 1);
        }
        if (!isKnown) Interlocked.Increment(ref _counts[(int)ban.Target.Kind]);
        if (before is { Maker: not BanMaker.Administrator }) _countOfRates--;
        if (ban.Maker != BanMaker.Administrator) _countOfRates++;
        if (ban.Until < _nextEnd) Volatile.Write(ref _nextEnd, ban.Until);
        _count = _bans.Count;
    }

    private void RemoveEnded(long now)
    {
        long next = Ban.ForEver;
        foreach ((_, Ban ban) in _bans)
        {
            if (ban.IsOver(now)) Drop(ban);
            else next = Math.Min(next, ban.Until);
        }
        Volatile.Write(ref _nextEnd, next);
    }

    private long Drop(Ban ban)
    {
        Forget(ban);
        return store.IsDurable ? store.Append(new BanRemoved(ban.Target.KindName, ban.Target.Who)) : 0;
    }

    private void Forget(Ban ban)
    {
        _bans.TryRemove(ban.Target, out _);
        if (ban.Target.Network is { } network)
        {
            _networks.TryRemove(network, out _);
            CountLength(new PrefixLength(network.IsV4, network.Length), -1);
        }
        Interlocked.Decrement(ref _counts[(int)ban.Target.Kind]);
        if (ban.Maker != BanMaker.Administrator) _countOfRates--;
        _count = _bans.Count;
    }

    private void CountLength(PrefixLength length, int change)
    {
        int count = _countsByLength.GetValueOrDefault(length) + change;
        if (count == 0) _countsByLength.Remove(length);
        else _countsByLength[length] = count;
        if (count == 0 || count == change) _lengths = [.. _countsByLength.Keys];
    }

    /// <summary>Networks of one size.</summary>
    private readonly record struct PrefixLength(bool IsV4, int Length);
}
