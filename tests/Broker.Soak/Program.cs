namespace Broker.Soak;

/// <summary>The soak as a program: bench/soak.sh.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        if (SoakOptions.Read(arguments, out string error) is not { } options)
        {
            await Console.Error.WriteLineAsync(error).ConfigureAwait(false);
            return 2;
        }
        SoakReport report = await new SoakRun(options, Console.Out).PlayAsync().ConfigureAwait(false);
        report.Print(Console.Out);
        if (options.Plot is { } file) await File.WriteAllTextAsync(file, SoakPlot.Draw(report.Samples)).ConfigureAwait(false);
        return report.Findings.Count == 0 ? 0 : 1;
    }
}
