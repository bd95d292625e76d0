namespace Broker.Benchmarks.Allocations;

/// <summary>Compares what was measured with what is allowed.</summary>
internal static class Ceilings
{
    /// <summary>What is wrong, a sentence each; none when every benchmark has a ceiling and is not above it.</summary>
    public static IEnumerable<string> Violations(
        IReadOnlyDictionary<string, long> measured, IReadOnlyDictionary<string, long> ceilings)
    {
        foreach ((string name, long bytes) in measured)
        {
            if (!ceilings.TryGetValue(name, out long ceiling))
                yield return $"{name} has no ceiling: it allocates {bytes} bytes per operation.";
            else if (bytes > ceiling)
                yield return $"{name} allocates {bytes} bytes per operation, its ceiling is {ceiling}.";
        }
        foreach (string name in ceilings.Keys.Where(name => !measured.ContainsKey(name)))
            yield return $"{name} has a ceiling, but there is no such benchmark.";
    }

    /// <summary>What has become better than its ceiling says, a sentence each.</summary>
    public static IEnumerable<string> Improvements(
        IReadOnlyDictionary<string, long> measured, IReadOnlyDictionary<string, long> ceilings) =>
        from entry in measured
        where ceilings.TryGetValue(entry.Key, out long ceiling) && entry.Value < ceiling
        select $"{entry.Key} allocates {entry.Value} bytes per operation, less than its ceiling of {ceilings[entry.Key]}.";
}
