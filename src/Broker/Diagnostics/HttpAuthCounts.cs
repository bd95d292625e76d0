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
    /// <summary>By what came of them.</summary>
    public EnumCounts<HttpAuthOutcome> Questions { get; } = new("outcome");

    /// <summary>Told how long each took that was asked.</summary>
    public Action<TimeSpan>? Answering { get; set; }
}
