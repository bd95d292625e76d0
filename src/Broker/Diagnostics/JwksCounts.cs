namespace Broker.Diagnostics;

/// <summary>How fetching keys for tokens went.</summary>
internal enum JwksOutcome
{
    /// <summary>There are keys.</summary>
    Succeeded,
    /// <summary>No answer, or none that can be used: what came before stays in use.</summary>
    Failed,
}

/// <summary>Fetches of keys for tokens. Any thread.</summary>
internal sealed class JwksCounts
{
    private int _failing;

    /// <summary>Sources whose last fetch failed.</summary>
    public int FailingCount => Volatile.Read(ref _failing);

    /// <summary>By how they went.</summary>
    public EnumCounts<JwksOutcome> Fetches { get; } = new("outcome");

    /// <summary>One is over.</summary>
    public void Fetched(bool isSuccess) => Fetches.Add(isSuccess ? JwksOutcome.Succeeded : JwksOutcome.Failed);

    /// <summary>A source begins to fail, or does not any more.</summary>
    public void Fails(bool isFailing) => Interlocked.Add(ref _failing, isFailing ? 1 : -1);
}
