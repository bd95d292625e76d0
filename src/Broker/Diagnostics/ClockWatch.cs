namespace Broker.Diagnostics;

/// <summary>
/// Compares the machine's clock with the monotonic one, and says when either did what a clock does not: was set, or stood still
/// for this process. Told by one heartbeat.
/// </summary>
internal sealed partial class ClockWatch : IHeartbeatListener
{
    /// <summary>What is less is the work of NTP, which needs no word, or a busy machine.</summary>
    private static readonly TimeSpan Notable = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _stamp;
    private DateTimeOffset _wall;

    /// <param name="time">Both clocks.</param>
    /// <param name="logger">The log.</param>
    public ClockWatch(TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        (_stamp, _wall) = (time.GetTimestamp(), time.GetUtcNow());
    }

    public void OnTick(long nowMilliseconds)
    {
        (long stamp, DateTimeOffset wall) = (_time.GetTimestamp(), _time.GetUtcNow());
        TimeSpan passed = _time.GetElapsedTime(_stamp, stamp);
        TimeSpan step = wall - _wall - passed;
        (_stamp, _wall) = (stamp, wall);
        if (passed - Heartbeat.Period >= Notable) Log.StoodStill(_logger, Seconds(passed - Heartbeat.Period));
        if (step >= Notable) Log.SetForward(_logger, Seconds(step), wall);
        else if (step <= -Notable) Log.SetBack(_logger, Seconds(-step), wall);
    }

    private static long Seconds(TimeSpan time) => (long)Math.Round(time.TotalSeconds);

    private static partial class Log
    {
        [LoggerMessage(EventIds.StoodStill, LogLevel.Warning,
            "This process was not run for {Seconds} seconds: it was stopped, or the machine had no time for it. Clients are not "
            + "held to their keep-alive for that time.")]
        internal static partial void StoodStill(ILogger logger, long seconds);

        [LoggerMessage(EventIds.ClockSetForward, LogLevel.Warning,
            "The machine's clock is {Seconds} seconds further than it should be, and says {Now:u}: it was set, or the machine "
            + "slept. Messages, sessions, bans and tokens whose time is up by it end now; keep-alive and rates do not go by it.")]
        internal static partial void SetForward(ILogger logger, long seconds, DateTimeOffset now);

        [LoggerMessage(EventIds.ClockSetBack, LogLevel.Warning,
            "The machine's clock was set back by {Seconds} seconds, and says {Now:u}. Messages, sessions, bans and tokens end by "
            + "it, so much later; keep-alive and rates do not go by it.")]
        internal static partial void SetBack(ILogger logger, long seconds, DateTimeOffset now);
    }
}
