using Broker.Fuzzing.Exchanges;

namespace Broker.Fuzzing;

/// <summary>The fuzzer as a program: bench/fuzz.sh.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        CoverageMap.Attach();
        if (FuzzOptions.Read(arguments) is not { } options) return Refuse();
        if (options.Exchanges > 0) return await ExchangeAsync(options).ConfigureAwait(false);
        FuzzTarget[] targets = options.Targets.Count == 0
            ? [.. FuzzTarget.All]
            : [.. FuzzTarget.All.Where(target => options.Targets.Contains(target.Name))];
        if (options.Targets.Count > 0 && targets.Length != options.Targets.Count) return Refuse();
        bool holds = true;
        foreach (FuzzTarget target in targets)
        {
            var fuzzer = new Fuzzer(target, options, Console.Out);
            holds &= options.Replay is { } file
                ? fuzzer.Replay(File.ReadAllBytes(file))
                : fuzzer.Run(TimeSpan.FromSeconds((double)options.Seconds / targets.Length));
        }
        return holds ? 0 : 1;
    }

    private static async Task<int> ExchangeAsync(FuzzOptions options)
    {
        try
        {
            await new ExchangeRun(options.Exchanges, options.Seed, Console.Out).PlayAsync().ConfigureAwait(false);
            return 0;
        }
        catch (BrokenException broken)
        {
            Console.WriteLine(broken.Message);
            return 1;
        }
    }

    private static int Refuse()
    {
        string names = string.Join(", ", FuzzTarget.All.Select(static target => target.Name));
        Console.Error.WriteLine($"{FuzzOptions.Usage}\ntargets: {names}");
        return 2;
    }
}
