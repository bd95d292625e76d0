using Broker.CrashHarness;
using Broker.CrashHarness.Runs;
using Xunit.Abstractions;

namespace Broker.EndToEndTests.Crash;

/// <summary>The harness itself: it finds nothing where nothing is wrong, and something where something is.</summary>
public sealed class HarnessTests(ITestOutputHelper output)
{
    [Fact]
    public async Task It_finds_nothing_when_nobody_is_killed()
    {
        await using var lines = new TestOutputWriter(output);
        await CrashRuns.PlayAsync(new HarnessOptions { Rounds = 5, Kill = Victim.Nobody }, lines);
    }

    [Fact]
    public async Task It_finds_what_a_broker_loses_that_acknowledges_before_it_stores()
    {
        await using var lines = new TestOutputWriter(output);
        var mosquitto = new HarnessOptions { Rounds = 3, Command = "/usr/sbin/mosquitto -c" };
        CrashFailedException failure = await Assert.ThrowsAsync<CrashFailedException>(
            () => CrashRuns.PlayAsync(mosquitto, lines));
        Assert.Matches(@"\d+ session lost", failure.Message);
        Assert.Matches(@"\d+ lost", failure.Message);
    }
}
