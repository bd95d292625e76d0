using System.Collections.Concurrent;

namespace Broker.IntegrationTests.Compatibility;

/// <summary>Every exchange, played once to both brokers for all tests of it.</summary>
public sealed class Comparison : IAsyncLifetime
{
    // Exchanges with pauses wait beside each other; more processes than these cost more time than they save.
    private const int ExchangesOfAPair = 80;

    private readonly ConcurrentDictionary<string, PlayedExchange> _played = new();

    internal IReadOnlyList<ExchangeArea> Areas { get; } = CompatibilityFiles.ReadAreas();

    internal IReadOnlyList<Difference> Differences { get; } =
        Difference.ParseAll("differences.txt", CompatibilityFiles.Read(CompatibilityFiles.Differences));

    /// <summary>The page as it is in the repository.</summary>
    internal string Page { get; } = CompatibilityFiles.Read(CompatibilityFiles.Page);

    /// <summary>What was played, in the order of the files.</summary>
    internal IReadOnlyList<PlayedExchange> Played =>
        [.. from area in Areas from exchange in area.Exchanges select _played[exchange.Id]];

    public async Task InitializeAsync() =>
        await Task.WhenAll(Areas.GroupBy(area => area.Configuration).SelectMany(Pairs));

    public Task DisposeAsync() => Task.CompletedTask;

    private IEnumerable<Task> Pairs(IGrouping<string, ExchangeArea> areas)
    {
        var waiting = new ConcurrentQueue<Exchange>(areas.SelectMany(area => area.Exchanges));
        int count = (waiting.Count + ExchangesOfAPair - 1) / ExchangesOfAPair;
        return Enumerable.Range(0, count).Select(_ => PlayAsync(areas.Key, waiting)).ToArray();
    }

    private async Task PlayAsync(string configuration, ConcurrentQueue<Exchange> waiting)
    {
        await using BrokerPair pair = await BrokerPair.StartAsync(configuration);
        while (waiting.TryDequeue(out Exchange? exchange))
        {
            PlayedExchange played = await PlayedExchange.PlayAsync(exchange, pair, Pauses.Short);
            // On a busy machine a short pause can end before an answer; what is not as it should be is asked for again.
            bool isNew = !Page.Contains(ReportPage.Heading(exchange), StringComparison.Ordinal);
            if (!isNew && !Page.Contains(ReportPage.Transcript(played), StringComparison.Ordinal))
                played = await PlayedExchange.PlayAsync(exchange, pair, Pauses.Long);
            _played[exchange.Id] = played;
        }
    }
}
