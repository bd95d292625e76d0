using System.Diagnostics;

namespace Load.Clients;

/// <summary>Where those who ask for an echo write down what they see. Thread-safe. Times are ticks of the stopwatch.</summary>
internal sealed class EchoRecorder
{
    private readonly Lock _lock = new();
    private EchoTimes _times = new();
    private long _waitsSince;

    /// <summary>What goes on, for the report.</summary>
    public string Phase { get; set; } = "start";

    /// <summary>Begins anew.</summary>
    /// <returns>What was written until now.</returns>
    public EchoTimes Take()
    {
        lock (_lock)
        {
            EchoTimes taken = _times;
            if (_waitsSince > 0) taken.WaitingSeconds = Stopwatch.GetElapsedTime(_waitsSince).TotalSeconds;
            _times = new EchoTimes();
            return taken;
        }
    }

    /// <summary>A new client has come to a broker that listens.</summary>
    public void Came(long at)
    {
        lock (_lock) _waitsSince = at;
    }

    /// <summary>A new client has its CONNACK.</summary>
    public void Accepted(long ticks)
    {
        lock (_lock) _times.Connect.Record(ticks);
    }

    /// <summary>A new client has its own message.</summary>
    /// <param name="sinceAccepted">From CONNACK on.</param>
    /// <param name="sinceBegun">From the beginning of TCP's handshake on.</param>
    public void Served(long sinceAccepted, long sinceBegun)
    {
        lock (_lock)
        {
            _waitsSince = 0;
            double longest = _times.Whole.MaximumMicroseconds;
            _times.Served.Record(sinceAccepted);
            _times.Whole.Record(sinceBegun);
            if (_times.Whole.MaximumMicroseconds > longest) _times.LongestIn = Phase;
        }
    }

    /// <summary>A new client was not served, or not let go.</summary>
    public void Failed(string why)
    {
        lock (_lock)
        {
            _waitsSince = 0;
            _times.Failed++;
            _times.Failure ??= why;
        }
    }

    /// <summary>The client that stays has its own message.</summary>
    public void CameBack(long ticks)
    {
        lock (_lock) _times.RoundTrip.Record(ticks);
    }

    /// <summary>The client that stays has lost its connection.</summary>
    public void Broke()
    {
        lock (_lock) _times.Broken++;
    }
}
