namespace Broker.Diagnostics;

/// <summary>What a service said about a client.</summary>
internal enum HttpAuthOutcome
{
    /// <summary>Yes.</summary>
    Allowed,
    /// <summary>No.</summary>
    Denied,
    /// <summary>That it does not know.</summary>
    Ignored,
    /// <summary>Nothing in time, or nothing that can be understood.</summary>
    Failed,
    /// <summary>It was not asked: too many questions wait.</summary>
    Busy,
    /// <summary>It was not asked: its answer of before is remembered.</summary>
    Remembered,
}

/// <summary>Questions to services over HTTP. Any thread.</summary>
internal sealed class HttpAuthCounts
{
    private int _failing;

    /// <summary>Services that did not answer as they should when they were last asked.</summary>
    public int FailingCount => Volatile.Read(ref _failing);

    /// <summary>By what came of them.</summary>
    public EnumCounts<HttpAuthOutcome> Questions { get; } = new("outcome");

    /// <summary>Told how long each took that was asked.</summary>
    public Action<TimeSpan>? Answering { get; set; }

    /// <summary>A service begins to fail, or does not any more.</summary>
    public void Fails(bool isFailing) => Interlocked.Add(ref _failing, isFailing ? 1 : -1);
}
