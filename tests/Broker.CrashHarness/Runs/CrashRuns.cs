namespace Broker.CrashHarness.Runs;

/// <summary>Many rounds are several runs, so that a failure can be played again within few.</summary>
internal static class CrashRuns
{
    public const int RoundsPerRun = 25;

    /// <summary>Plays the rounds that were asked for.</summary>
    /// <exception cref="CrashFailedException">A promise was broken.</exception>
    public static async Task PlayAsync(HarnessOptions options, TextWriter output)
    {
        int seed = options.Seed;
        for (int left = options.Rounds; left > 0; left -= RoundsPerRun, seed++)
        {
            var run = new CrashRun(options with { Seed = seed, Rounds = Math.Min(left, RoundsPerRun) }, output);
            await using (run.ConfigureAwait(false)) await run.RunAsync().ConfigureAwait(false);
        }
        await output.WriteLineAsync($"{options.Rounds} rounds, nothing lost").ConfigureAwait(false);
    }
}
