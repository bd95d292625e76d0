namespace Broker.TestKit;

/// <summary>How long a test waits for what must happen. Reached only by a test that fails.</summary>
public static class TestTime
{
    /// <summary>For packets, log lines and commits: long enough for a loaded machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>For whole programs of other people.</summary>
    public static readonly TimeSpan ProcessPatience = TimeSpan.FromSeconds(60);
}
