using Broker.CrashHarness;
using Broker.CrashHarness.Runs;
using Broker.TestKit;
using Xunit.Abstractions;

namespace Broker.EndToEndTests.Crash;

/// <summary>An acknowledged message is a committed message: kill -9 at any instant, with the state in PostgreSQL.</summary>
public sealed class PostgresCrashTests(ITestOutputHelper output)
{
    [Theory]
    [Demand("A13"), Demand("A21")]
    [InlineData(CrashRounds.BrokerOfPostgres, Victim.Broker)]
    [InlineData(CrashRounds.DatabaseOfPostgres, Victim.Database)]
    [InlineData(CrashRounds.BothOfPostgres, Victim.Both)]
    public async Task Nothing_acknowledged_is_lost_when_one_of_them_is_killed(int rounds, Victim victim)
    {
        await using var lines = new TestOutputWriter(output);
        await CrashRuns.PlayAsync(
            new HarnessOptions { Rounds = CrashRounds.Or(rounds), Store = StoreKind.Postgres, Kill = victim }, lines);
    }
}
