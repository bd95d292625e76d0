namespace Broker.CrashHarness.Servers;

/// <summary>What the broker keeps its state in.</summary>
internal interface IStoreServer : IAsyncDisposable
{
    /// <summary>For <c>persistence_url</c>.</summary>
    string Url { get; }

    /// <summary>Whether there is a process that can be killed beside the broker's.</summary>
    bool HasProcess { get; }

    /// <summary>Starts it, for the first time or after a kill, and waits until it serves.</summary>
    Task StartAsync();

    /// <summary>Ends all its processes as a power cut would.</summary>
    Task KillAsync();
}
