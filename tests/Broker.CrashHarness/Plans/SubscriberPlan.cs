using Broker.Protocol;

namespace Broker.CrashHarness.Plans;

/// <summary>When a subscriber is there.</summary>
internal enum Presence
{
    /// <summary>Always, as far as the broker is.</summary>
    Steady,
    /// <summary>In some rounds, or in a part of them.</summary>
    Occasional,
    /// <summary>At the start to subscribe, then not before the last round.</summary>
    Away,
}

/// <summary>One filter and the QoS asked for.</summary>
internal sealed record FilterPlan(string Filter, QualityOfService Qos);

/// <summary>What one persistent subscriber is like during a run.</summary>
/// <param name="ClientId">Client identifier.</param>
/// <param name="Version">Protocol version.</param>
/// <param name="Presence">When it is there.</param>
/// <param name="Filters">Subscriptions that stay; no topic matches two of them.</param>
/// <param name="Fickle">A subscription that comes and goes, or null.</param>
/// <param name="FlipEvery">Packets it receives between its SUBSCRIBE and its UNSUBSCRIBE of the fickle one.</param>
/// <param name="ReceiveMaximum">5.0: how many messages it takes at once.</param>
/// <param name="DropEvery">Drops its connection instead of acknowledging each so-manieth message; 0: never.</param>
internal sealed record SubscriberPlan(
    string ClientId, ProtocolVersion Version, Presence Presence, FilterPlan[] Filters, FilterPlan? Fickle, int FlipEvery,
    ushort ReceiveMaximum, int DropEvery)
{
    public static SubscriberPlan Choose(int index, int publishers, Random random)
    {
        var version = random.Next(2) == 0 ? ProtocolVersion.Mqtt50 : ProtocolVersion.Mqtt311;
        FilterPlan[] filters = random.Next(3) switch
        {
            0 => [new("t/#", Any(random)), new("r/#", Any(random))],
            1 => [new("t/+/0", Any(random)), new("t/+/1", Any(random)), new("r/+", Any(random))],
            _ => [.. Enumerable.Range(0, publishers).Where(_ => random.Next(3) > 0)
                .Select(p => new FilterPlan($"t/p{p}/#", Any(random)))],
        };
        if (index == 0) filters = [new("t/#", QualityOfService.ExactlyOnce), new("w/#", QualityOfService.ExactlyOnce)];
        return new SubscriberPlan(
            $"s{index}", version,
            Presence: (index % 4) switch { 2 => Presence.Occasional, 3 => Presence.Away, _ => Presence.Steady },
            filters,
            Fickle: index % 4 == 1 ? new FilterPlan("d/#", Any(random)) : null,
            FlipEvery: random.Next(1, 60),
            ReceiveMaximum: random.Next(2) == 0 ? ushort.MaxValue : (ushort)random.Next(1, 12),
            DropEvery: random.Next(2) == 0 ? random.Next(10, 150) : 0);
    }

    public override string ToString() =>
        $"{ClientId} {Version} {Presence} {string.Join(' ', Filters.Select(f => $"{f.Filter}:q{(int)f.Qos}"))}" +
        $"{(Fickle is null ? "" : $" comes and goes {Fickle.Filter}:q{(int)Fickle.Qos} every {FlipEvery}")}" +
        $"{(ReceiveMaximum < ushort.MaxValue ? $" takes {ReceiveMaximum}" : "")}" +
        $"{(DropEvery > 0 ? $" drops every {DropEvery}" : "")}";

    private static QualityOfService Any(Random random) =>
        random.Next(3) == 0 ? QualityOfService.AtLeastOnce : QualityOfService.ExactlyOnce;
}
