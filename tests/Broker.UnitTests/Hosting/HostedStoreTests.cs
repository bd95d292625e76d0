using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Hosting;
using Broker.Persistence.Changes;
using Broker.TestKit;
using Broker.TestKit.Processes;
using Microsoft.Data.Sqlite;

namespace Broker.UnitTests.Hosting;

public sealed class HostedStoreTests
{
    private readonly TestLog _log = new();
    private readonly Readiness _readiness = new();

    [Fact]
    public async Task A_store_that_takes_no_commits_makes_the_broker_unready_with_one_line_and_ready_again_with_another()
    {
        using TemporaryFolder folder = new();
        PersistenceOptions options = new() { IsEnabled = true, Location = folder.Path };
        using HostedStore store = Open(options);
        using BrokerMetrics metrics = new();
        metrics.Observe(_readiness);
        _readiness.ListenersAre(open: true);
        Assert.Equal(1, Ready(metrics));

        using (SqliteConnection other = new($"Data Source={options.StoreLocation};Pooling=False"))
        {
            other.Open();
            Execute(other, "BEGIN EXCLUSIVE");
            store.Store.Append(new SessionPut("a", null, 60));
            await _log.Lines.WaitForAsync("The store takes no commits: ");
            Assert.Equal(0, Ready(metrics));
            Execute(other, "ROLLBACK");
        }
        await _log.Lines.WaitForAsync("The store takes commits again.");

        Assert.Equal(1, Ready(metrics));
        Assert.Single(_log.Lines.All, line => line.StartsWith("The store takes no commits", StringComparison.Ordinal));
    }

    [Fact]
    public void A_broker_whose_listeners_are_closed_is_not_ready()
    {
        Assert.False(_readiness.IsReady);
        _readiness.ListenersAre(open: true);
        Assert.True(_readiness.IsReady);
        _readiness.ListenersAre(open: false);
        Assert.False(_readiness.IsReady);
    }

    [Fact]
    [Demand("A12")]
    public void Without_persistence_nothing_is_opened_and_the_log_says_so()
    {
        using HostedStore store = Open(new PersistenceOptions());

        Assert.False(store.Store.IsDurable);
        Assert.Empty(store.Files);
        Assert.StartsWith("Without persistence: ", Assert.Single(_log.Lines.All), StringComparison.Ordinal);
    }

    private HostedStore Open(PersistenceOptions options)
    {
        HostedStore? store = HostedStore.Open(options, _readiness, () => Assert.Fail("lost"), _log, out string? trouble);
        Assert.Null(trouble);
        return store!;
    }

    private static double Ready(BrokerMetrics metrics)
    {
        using MetricsReading reading = new(metrics.Meter);
        MetricFamily family = reading.Read().Single(static family => family.Instrument.Name == "broker.ready");
        return Assert.Single(family.Points).Value;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
