using Load.Measuring;
using Load.Options;

namespace Load.Scenarios;

/// <summary>The part of a run between two readings: publishers go on for a time, or send a number of messages.</summary>
internal static class Measurement
{
    public static (Reading From, Reading To) Run(LoadOptions options, Fleet fleet, BrokerProcess broker)
    {
        if (options.Messages is not null)
        {
            Reading start = Reading.Of(fleet, broker);
            fleet.StartPublishers(options.Messages);
            fleet.AwaitAcks();
            return (start, Reading.Of(fleet, broker));
        }
        if (options.Rate is { } perSecond) fleet.StartPaced(perSecond);
        else fleet.StartPublishers(null);
        fleet.Loop.RunFor(TimeSpan.FromSeconds(options.WarmUpSeconds));
        fleet.Acks.Latency.Clear();
        fleet.Deliveries.Latency.Clear();
        Reading from = Reading.Of(fleet, broker);
        fleet.Loop.RunFor(TimeSpan.FromSeconds(options.Seconds));
        return (from, Reading.Of(fleet, broker));
    }
}
