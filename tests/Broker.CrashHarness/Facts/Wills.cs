using System.Globalization;

namespace Broker.CrashHarness.Facts;

/// <summary>
/// Wills are numbered by the connections of their owners. Here stands which of them may or must be published, and which were.
/// Safe from any thread.
/// </summary>
internal sealed class Wills
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _seen = [];
    private readonly HashSet<string> _allowed = [];
    private readonly List<Demand> _demands = [];

    public static string Text(string owner, int connection) => $"{owner} {connection}";

    /// <summary>Of which connection a will is.</summary>
    public static int ConnectionOf(string text) => int.Parse(text[(text.IndexOf(' ') + 1)..], CultureInfo.InvariantCulture);

    /// <summary>The subscriber got a will.</summary>
    public void Seen(string text)
    {
        lock (_lock)
        {
            _seen[text] = _seen.GetValueOrDefault(text) + 1;
            foreach (Demand demand in _demands)
                if (demand.Candidates.Contains(text))
                    demand.Met.TrySetResult(text);
        }
    }

    /// <summary>These may come, for their owner was away too long for a judgement.</summary>
    public void Allow(IEnumerable<string> texts)
    {
        lock (_lock) _allowed.UnionWith(texts);
    }

    /// <summary>Whether it may come.</summary>
    public bool IsAllowed(string text)
    {
        lock (_lock) return _allowed.Contains(text);
    }

    /// <summary>One of these must come, for their owner stays away.</summary>
    /// <returns>Ends with the one that came.</returns>
    public Task<string> DemandOneOf(IReadOnlyList<string> candidates)
    {
        lock (_lock)
        {
            _allowed.UnionWith(candidates);
            var demand = new Demand(candidates);
            _demands.Add(demand);
            if (candidates.FirstOrDefault(_seen.ContainsKey) is { } text) demand.Met.TrySetResult(text);
            return demand.Met.Task;
        }
    }

    /// <summary>Wills that came though their owner had returned or left politely, or more often than once.</summary>
    public IReadOnlyList<(string Owner, string Text)> Wrong()
    {
        lock (_lock)
            return
            [
                .. _seen.Where(s => !_allowed.Contains(s.Key))
                    .Select(s => (OwnerOf(s.Key), $"will {s.Key} came, its owner was there")),
                .. _seen.Where(s => s.Value > 1)
                    .Select(s => (OwnerOf(s.Key), $"will {s.Key} came {s.Value} times")),
            ];
    }

    private static string OwnerOf(string text) => text.Split(' ')[0];

    private sealed class Demand(IReadOnlyList<string> candidates)
    {
        public IReadOnlyList<string> Candidates { get; } = candidates;

        public TaskCompletionSource<string> Met { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
