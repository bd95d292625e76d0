using Broker.CrashHarness;
using Broker.CrashHarness.Runs;
using Broker.TestKit;
using Xunit.Abstractions;

namespace Broker.EndToEndTests.Crash;

/// <summary>An acknowledged message is a committed message: kill -9 at any instant, with the state in a SQLite file.</summary>
public sealed class SqliteCrashTests(ITestOutputHelper output)
{
    [Fact]
    [Demand("A1"), Demand("A13")]
    public async Task Nothing_acknowledged_is_lost_when_the_broker_is_killed()
    {
        await using var lines = new TestOutputWriter(output);
        await CrashRuns.PlayAsync(new HarnessOptions { Rounds = CrashRounds.Or(CrashRounds.OfSqlite) }, lines);
    }
}
