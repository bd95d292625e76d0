using System.Net;
using Broker.Diagnostics;
using Broker.Persistence;
using Broker.Security.Bans;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Security.Bans;

/// <summary>Which bans hold, and how many there may be.</summary>
public sealed class BanListTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly BanList _bans;

    public BanListTests() => _bans = new BanList(new MemoryStateStore(), _time);

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    // What is asked against what is there, in any order of adding, replacing, lifting and ending.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_is_found_is_what_holds(int seed)
    {
        Random random = new(seed);
        Dictionary<BanTarget, Ban> model = [];
        for (int i = 0; i < 4000; i++)
        {
            BanTarget target = Targets[random.Next(Targets.Length)];
            switch (random.Next(4))
            {
                case < 2:
                    Ban ban = New(target, random.Next(3) == 0 ? null : TimeSpan.FromSeconds(random.Next(1, 30)));
                    Assert.Equal(
                        model.ContainsKey(target) ? BanOutcome.Replaced : BanOutcome.Added, _bans.Put(ban, 1000, out _));
                    model[target] = ban;
                    break;
                case 2:
                    Assert.Equal(model.Remove(target, out Ban? lifted) ? lifted : null, _bans.Remove(target, out _));
                    break;
                default:
                    _time.Advance(TimeSpan.FromSeconds(random.Next(3)));
                    _bans.OnTick(0);
                    foreach (Ban over in model.Values.Where(one => one.IsOver(Now)).ToArray()) model.Remove(over.Target);
                    break;
            }
            Assert.Equal(model.Values.ToHashSet(), _bans.All.ToHashSet());
            Assert.Equal(model.Count, _bans.Count);
            IPAddress address = Addresses[random.Next(Addresses.Length)];
            bool isBanned = model.Values.Any(one => one.Target.Network?.Contains(address) == true);
            Assert.Equal(isBanned, _bans.Find(null, null, address) is not null);
            Assert.Equal(model.ContainsKey(new(BanKind.Clientid, "c1")), _bans.Find("c1", null, null) is not null);
            Assert.Equal(model.ContainsKey(new(BanKind.Username, "c1")), _bans.Find(null, "c1", null) is not null);
        }
    }

    [Fact]
    public void A_ban_ends_at_its_instant_also_between_two_ticks()
    {
        BanTarget target = new(BanKind.Username, "ann");
        _bans.Put(New(target, TimeSpan.FromSeconds(10)), 10, out _);
        _time.Advance(TimeSpan.FromSeconds(9.999));
        Assert.NotNull(_bans.Find(null, "ann", null));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(_bans.Find(null, "ann", null));
        Assert.Equal(1, _bans.Count);
        _bans.OnTick(0);
        Assert.Equal(0, _bans.Count);
    }

    [Fact]
    public void A_full_list_takes_no_more_until_one_has_ended_or_is_replaced()
    {
        _bans.Put(New(new(BanKind.Clientid, "a"), TimeSpan.FromSeconds(10)), 2, out _);
        _bans.Put(New(new(BanKind.Clientid, "b"), null), 2, out _);
        Assert.Equal(BanOutcome.Full, _bans.Put(New(new(BanKind.Clientid, "c"), null), 2, out _));
        Assert.Equal(BanOutcome.Replaced, _bans.Put(New(new(BanKind.Clientid, "b"), null), 2, out _));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(BanOutcome.Added, _bans.Put(New(new(BanKind.Clientid, "c"), null), 2, out _));
        Assert.Null(_bans.Find("a", null, null));
    }

    [Fact]
    public void A_rate_changes_no_ban_that_is_there()
    {
        BanTarget target = new(BanKind.Clientid, "a");
        Ban first = New(target, null);
        _bans.Put(first, 10, out _);
        Ban second = New(target, TimeSpan.FromSeconds(1)) with { Maker = BanMaker.Flapping };
        Assert.Equal(BanOutcome.Known, _bans.Put(second, 10, out _));
        Assert.Same(first, _bans.Find(target));
    }

    private static readonly BanTarget[] Targets =
    [
        .. ((string[])["10.0.0.0/8", "10.1.0.0/16", "10.1.1.1/32", "0.0.0.0/0", "2001:db8::/32", "::/0"]).Select(static text =>
        {
            Assert.Null(BanTarget.Read("peerhost_net", text, out BanTarget target, out _));
            return target;
        }),
        new(BanKind.Clientid, "c0"), new(BanKind.Clientid, "c1"), new(BanKind.Username, "c1"),
    ];

    private static readonly IPAddress[] Addresses =
        [.. new[] { "10.1.1.1", "10.2.0.1", "192.0.2.1", "2001:db8::1", "fe80::1", "::ffff:10.1.1.1" }.Select(IPAddress.Parse)];

    private Ban New(BanTarget target, TimeSpan? time) => new(
        target, BanMaker.Administrator, "ops", null, Now,
        time is { } length ? Now + (long)length.TotalMilliseconds : Ban.ForEver);
}
