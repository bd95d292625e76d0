using Load.Measuring;

namespace Load.Clients;

/// <summary>What those who ask the broker for an echo have seen for a while.</summary>
internal sealed class EchoTimes
{
    /// <summary>From PUBLISH to its own message, of a client that stays.</summary>
    public LatencyHistogram RoundTrip { get; } = new();

    /// <summary>From the beginning of TCP's handshake to CONNACK, of clients that are new.</summary>
    public LatencyHistogram Connect { get; } = new();

    /// <summary>From CONNACK of a new client to its own message: SUBSCRIBE, SUBACK, PUBLISH, PUBLISH.</summary>
    public LatencyHistogram Served { get; } = new();

    /// <summary>Both: from the beginning of TCP's handshake to its own message.</summary>
    public LatencyHistogram Whole { get; } = new();

    /// <summary>For how long the new client that was there at the end had been waiting, in seconds.</summary>
    public double WaitingSeconds { get; set; }

    /// <summary>What went on when a new client waited longest.</summary>
    public string LongestIn { get; set; } = "";

    /// <summary>New clients that were sent away or had no answer in time.</summary>
    public long Failed { get; set; }

    /// <summary>Why one of them was.</summary>
    public string? Failure { get; set; }

    /// <summary>How often the client that stays lost its connection.</summary>
    public long Broken { get; set; }

    /// <summary>The longest wait of a new client, the one that still waits included.</summary>
    public double LongestSeconds => Math.Max(Whole.MaximumMicroseconds / 1e6, WaitingSeconds);

    /// <summary>Whether there were new clients and each was served within so many seconds.</summary>
    public bool WereServedWithin(double seconds) => Whole.Count > 0 && Failed == 0 && LongestSeconds <= seconds;

    /// <summary>Puts how many new clients there were and how long they waited into a report.</summary>
    /// <param name="report">Gets the figures.</param>
    /// <param name="name">What they are called there.</param>
    public void AddTo(Report report, string name)
    {
        report.Add($"{name}s", Whole.Count);
        report.AddLatency(name, Whole);
        report.Add($"{name}_longest_in", LongestIn);
    }

    /// <summary>How many were served and the longest wait, or why one was not served.</summary>
    public override string ToString() => Failure ?? FormattableString.Invariant($"{LongestSeconds:0.00} s, {Whole.Count} came");
}
