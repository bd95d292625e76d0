using Broker.CrashHarness.Runs;

namespace Broker.CrashHarness;

/// <summary>The harness as a program: bench/crash.sh.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        if (HarnessOptions.Read(arguments, out string error) is not { } options)
        {
            await Console.Error.WriteLineAsync(error).ConfigureAwait(false);
            return 2;
        }
        try
        {
            await CrashRuns.PlayAsync(options, Console.Out).ConfigureAwait(false);
            return 0;
        }
        catch (CrashFailedException failure)
        {
            await Console.Error.WriteLineAsync(failure.Message).ConfigureAwait(false);
            return 1;
        }
    }
}
