using System.Diagnostics;
using Load.Measuring;

namespace Load.Scenarios;

/// <summary>Counters at one instant; two of them make a rate.</summary>
/// <param name="At">Ticks of the stopwatch.</param>
/// <param name="Acked">Messages acknowledged to publishers.</param>
/// <param name="Delivered">Messages received by subscribers.</param>
/// <param name="CpuSeconds">The broker's.</param>
/// <param name="OwnCpuSeconds">The generator's, to show that it was not what was measured.</param>
internal readonly record struct Reading(long At, long Acked, long Delivered, double CpuSeconds, double OwnCpuSeconds)
{
    public static Reading Of(Fleet fleet, BrokerProcess broker) => Of(fleet.Acks.Acked, fleet.Deliveries.Received, broker);

    public static Reading Of(long acked, long delivered, BrokerProcess broker) => new(
        Stopwatch.GetTimestamp(),
        acked,
        delivered,
        broker.CpuSeconds,
        Environment.CpuUsage.TotalTime.TotalSeconds);

    public double SecondsSince(in Reading before) => Stopwatch.GetElapsedTime(before.At, At).TotalSeconds;
}
