using System.Text;
using Broker.Diagnostics;
using Broker.Lifecycle;

namespace Broker.Connections;

/// <summary>
/// Says in the log which client ids are fought over: the first of a minute in a line each, with who fights; the others by name,
/// together, once a second. Thread-safe. Instants and times are milliseconds of a monotonic clock.
/// </summary>
internal sealed partial class TakeoverLog(BrokerEngine engine)
{
    /// <summary>So many client ids get a line of their own in a minute.</summary>
    private const int LinesMax = 20;

    /// <summary>Of the names in one line, unless one is longer alone; a line is cut at <see cref="LogText.LengthMax"/>.</summary>
    private const int CharactersMax = 1500;

    private readonly Lock _lock = new();
    private readonly List<string> _begun = [];
    private readonly List<string> _ended = [];
    private long _minuteBegan;
    private int _lines;

    private string Slowed => (long)engine.Options.Limits.TakeoverDelayMax.TotalSeconds is > 0 and var seconds
        ? $"From now on they are slowed down, to one takeover in {seconds} seconds at the end."
        : "They are not slowed down (takeover_delay_max 0).";

    /// <summary>A client id is fought over, or still is.</summary>
    /// <param name="loop">By whom.</param>
    /// <param name="milliseconds">For how long.</param>
    /// <param name="now">The time.</param>
    public void Begins(TakeoverLoop loop, long milliseconds, long now)
    {
        if (!TakesLine(loop.ClientId, _begun, now)) return;
        long seconds = (milliseconds + 999) / 1000;
        Log.Loop(engine.Logger, loop.ClientId, Shown(loop.Before), Shown(loop.After), loop.Count, seconds, Slowed);
    }

    /// <summary>A client id is not fought over any more.</summary>
    public void Ends(string clientId, long now)
    {
        if (TakesLine(clientId, _ended, now)) Log.Ended(engine.Logger, clientId);
    }

    /// <summary>Names those that had no line.</summary>
    public void NameOthers()
    {
        string[] begun;
        string[] ended;
        lock (_lock)
        {
            if (_begun.Count + _ended.Count == 0) return;
            (begun, ended) = ([.. _begun], [.. _ended]);
            _begun.Clear();
            _ended.Clear();
        }
        foreach (string names in Joined(begun)) Log.Loops(engine.Logger, names, Slowed);
        foreach (string names in Joined(ended)) Log.AllEnded(engine.Logger, names);
    }

    private bool TakesLine(string clientId, List<string> others, long now)
    {
        lock (_lock)
        {
            if (now - _minuteBegan >= 60_000) (_minuteBegan, _lines) = (now, 0);
            if (_lines++ < LinesMax) return true;
            others.Add(clientId);
            return false;
        }
    }

    private static IEnumerable<string> Joined(string[] names)
    {
        StringBuilder line = new();
        foreach (string name in names)
        {
            if (line.Length > 0 && line.Length + name.Length > CharactersMax)
            {
                yield return line.ToString();
                line.Clear();
            }
            if (line.Length > 0) line.Append(", ");
            line.Append(name);
        }
        if (line.Length > 0) yield return line.ToString();
    }

    private static string Shown(TakeoverPeer peer) =>
        peer.UserName is { } user ? $"{peer.Address} (user '{user}')" : $"{peer.Address} (no user)";

    private static partial class Log
    {
        [LoggerMessage(EventIds.ClientIdFoughtOver, LogLevel.Warning,
            "Client id {ClientId} is used by several clients that take its session from each other: {First} and {Second}, "
            + "{Count} takeovers in {Seconds} seconds. {Slowed}")]
        internal static partial void Loop(
            ILogger logger, string clientId, string first, string second, long count, long seconds, string slowed);

        [LoggerMessage(EventIds.ClientIdsFoughtOver, LogLevel.Warning,
            "Client ids used by several clients that take their sessions from each other as well: {ClientIds}. {Slowed}")]
        internal static partial void Loops(ILogger logger, string clientIds, string slowed);

        [LoggerMessage(EventIds.ClientIdAtPeace, LogLevel.Information, "Client id {ClientId} is not fought over any more.")]
        internal static partial void Ended(ILogger logger, string clientId);

        [LoggerMessage(EventIds.ClientIdsAtPeace, LogLevel.Information, "Client ids not fought over any more: {ClientIds}.")]
        internal static partial void AllEnded(ILogger logger, string clientIds);
    }
}
