using Broker.IntegrationTests.Fixtures;

namespace Broker.IntegrationTests.Load;

/// <summary>A small version of bench/fair.sh. How many times slower the others become is for people to measure.</summary>
public sealed class FairShareTests
{
    [Fact]
    public async Task A_flood_and_a_subscriber_of_everything_leave_the_others_their_turn()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((port, _) => $"""
            allow_anonymous true
            persistence false
            max_queued_messages 1000
            max_queued_bytes 50000000
            listener {port} 127.0.0.1
            """);

        // Whoever has to wait until the flood is over waits for more than eight seconds.
        string report = await LoadGenerator.RunAsync(
            "fair --publishers 20 --rate 400 --greedy to_hash --warmup 1 --seconds 8 --borne 7000", broker.Port);

        Assert.Contains("\"fair\":\"ok\"", report, StringComparison.Ordinal);
    }
}
