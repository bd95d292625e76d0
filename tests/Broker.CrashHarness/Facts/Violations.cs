using System.Collections.Concurrent;

namespace Broker.CrashHarness.Facts;

/// <summary>A promise that was broken.</summary>
/// <param name="Kind">Which one, in a word or two.</param>
/// <param name="ClientId">Whose history tells about it.</param>
/// <param name="Text">What happened.</param>
/// <param name="About">Word that the interesting lines of the histories contain, or null.</param>
internal sealed record Violation(string Kind, string ClientId, string Text, string? About = null)
{
    public override string ToString() => $"{Kind}: {ClientId}: {Text}";
}

/// <summary>Every promise that was broken so far. Safe from any thread.</summary>
internal sealed class Violations
{
    private readonly ConcurrentQueue<Violation> _all = new();

    public IReadOnlyCollection<Violation> All => _all;

    public bool Any => !_all.IsEmpty;

    public void Add(string kind, string clientId, string text, string? about = null) =>
        _all.Enqueue(new Violation(kind, clientId, text, about));
}
