using System.Diagnostics.Metrics;
using System.Text;
using Broker.Diagnostics;
using Broker.Persistence;
using Broker.TestKit.Processes;
using Broker.UnitTests.Repository;

namespace Broker.UnitTests.Diagnostics;

/// <summary>docs/metrics.md names every instrument.</summary>
public sealed class MetricsPageTests
{
    private const string Begin = "<!-- From here on made from the instruments; a test compares. -->";
    private const string End = "<!-- Up to here made from the instruments. -->";

    [Fact]
    public void The_page_says_what_the_instruments_say()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryTree.Root, "docs/metrics.md"));
        int begin = page.IndexOf(Begin, StringComparison.Ordinal);
        int end = page.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, "the marks around the table are gone");
        string expected = Expected();
        if (page[begin..end] == expected) return;

        string fresh = Path.Combine(Path.GetTempPath(), "metrics.md");
        File.WriteAllText(fresh, page[..begin] + expected + page[end..]);
        Assert.Fail($"docs/metrics.md is not what the instruments say: cp {fresh} docs/metrics.md");
    }

    [Fact]
    public void Every_name_begins_alike_and_every_instrument_is_described()
    {
        Assert.All(Instruments(), static instrument =>
        {
            Assert.StartsWith("broker.", instrument.Name, StringComparison.Ordinal);
            Assert.EndsWith(".", instrument.Description, StringComparison.Ordinal);
        });
    }

    private static string Expected()
    {
        StringBuilder table = new StringBuilder(Begin).Append("\n\n| metric | kind | what it says |\n| --- | --- | --- |\n");
        foreach (Instrument instrument in Instruments())
        {
            string kind = PrometheusText.KindOf(instrument);
            table.Append($"| `{PrometheusText.NameOf(instrument)}` | {kind} | {instrument.Description} |\n");
        }
        return table.Append('\n').ToString();
    }

    private static IReadOnlyList<Instrument> Instruments()
    {
        using TemporaryFolder folder = new();
        using BrokerMetrics metrics = new();
        using DurableStateStore store = StateStores.Open(new StoreOptions { Location = folder.File("broker.db") }).Store!;
        metrics.Observe("1.0", DateTimeOffset.UnixEpoch);
        metrics.Observe(new Readiness());
        metrics.Observe(new TopicCounts(["a/#"]));
        metrics.Observe(static (BanKind _) => 0);
        metrics.Observe(static () => [(AdmissionStage.Connect, 0L)]);
        metrics.ObserveDescriptors(static () => 0, static () => 0);
        metrics.Observe(new JwksCounts());
        metrics.Observe(new HttpAuthCounts());
        metrics.Observe(new SharedReading<EngineFigures>(static () => default, TimeProvider.System));
        metrics.Observe(store, TimeProvider.System);
        metrics.Observe([new TlsFigures("1883", new TlsCounts(), static () => [])], TimeProvider.System);
        using MetricsReading reading = new(metrics.Meter);
        return reading.Instruments;
    }
}
