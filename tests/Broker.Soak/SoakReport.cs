using System.Globalization;

namespace Broker.Soak;

/// <summary>What a run came to.</summary>
internal sealed class SoakReport(SoakOptions options, IReadOnlyList<Sample> samples, IReadOnlyList<string> findings)
{
    /// <summary>Shorter runs do not come to rest, and nothing can be said about growth.</summary>
    private static readonly TimeSpan GrowthMin = TimeSpan.FromMinutes(12);

    private readonly List<(string Name, double Before, double After, bool Holds)> _growth = Compare(options, samples);

    public IReadOnlyList<Sample> Samples => samples;

    public required long Lives { get; init; }

    public required long Published { get; init; }

    public required int Witnessed { get; init; }

    public required IReadOnlyList<TimeSpan> Newcomers { get; init; }

    /// <summary>What did not hold.</summary>
    public IReadOnlyList<string> Findings =>
        [.. findings, .. _growth.Where(static one => !one.Holds).Select(static one => $"{one.Name} grew")];

    public void Print(TextWriter output)
    {
        double[] waits = [.. Newcomers.Select(static wait => wait.TotalMilliseconds).Order()];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Lives} lives of clients, {Published} PUBLISH, {Witnessed} acknowledged messages compared"));
        if (waits.Length > 0)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{waits.Length} newcomers: p50 {waits[waits.Length / 2]:0.0} ms, "
                + $"p99 {waits[waits.Length * 99 / 100]:0.0} ms, slowest {waits[^1]:0} ms"));
        }
        foreach ((string name, double before, double after, _) in _growth)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{name}: median {before:0.#} in the second quarter, {after:0.#} in the last"));
        }
        foreach (string finding in Findings) output.WriteLine($"FINDING {finding}");
    }

    // The first quarter is for coming to rest.
    private static List<(string, double, double, bool)> Compare(SoakOptions options, IReadOnlyList<Sample> samples)
    {
        if (options.Duration < GrowthMin || samples.Count < 8) return [];
        return
        [
            Measure("resident MiB", static sample => sample.ResidentMiB, 1.1, 8),
            Measure("handles", static sample => sample.Handles, 1.1, 8),
            Measure("threads", static sample => sample.Threads, 1.1, 8),
            Measure("store MiB", static sample => sample.StoreMiB, 1.1, 4),
            Measure("sessions", static sample => sample.Sessions, 1.1, 20),
            Measure("retained", static sample => sample.Retained, 1.1, 50),
        ];

        (string, double, double, bool) Measure(string name, Func<Sample, double> of, double factor, double slack)
        {
            int quarter = samples.Count / 4;
            double before = Median(samples.Skip(quarter).Take(quarter).Select(of));
            double after = Median(samples.Skip(3 * quarter).Select(of));
            return (name, before, after, after <= (before * factor) + slack);
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
