using System.Collections.Immutable;

namespace Broker.Diagnostics;

/// <summary>
/// Who follows traces now. Where something happens to a message <see cref="Now"/> is asked, which is null as long as nobody does:
/// that is all that tracing costs then.
/// </summary>
internal sealed class Traces
{
    /// <summary>So many at a time.</summary>
    public const int CountMax = 10;

    private readonly Lock _lock = new();
    private volatile TraceAudience? _now;

    /// <summary>Whom to tell; null: nobody.</summary>
    public TraceAudience? Now => _now;

    /// <summary>Somebody follows a trace from now on.</summary>
    /// <returns>False: there are as many as there may be.</returns>
    public bool TryAdd(TraceViewer viewer, TimeProvider time)
    {
        lock (_lock)
        {
            ImmutableArray<TraceViewer> viewers = _now?.Viewers ?? [];
            if (viewers.Length >= CountMax) return false;
            _now = new TraceAudience(viewers.Add(viewer), time);
            return true;
        }
    }

    /// <summary>He does not any more.</summary>
    public void Remove(TraceViewer viewer)
    {
        lock (_lock)
        {
            if (_now is not { } now) return;
            ImmutableArray<TraceViewer> left = now.Viewers.Remove(viewer);
            _now = left.IsEmpty ? null : now with { Viewers = left };
        }
        viewer.End();
    }
}

/// <summary>Those who are told what happens.</summary>
/// <param name="Viewers">At least one.</param>
/// <param name="Time">The clock.</param>
internal sealed record TraceAudience(ImmutableArray<TraceViewer> Viewers, TimeProvider Time)
{
    private static readonly string[] Causes = [.. Enum.GetValues<DropReason>().Select(static one => SnakeCase.Of($"{one}"))];

    /// <summary>The word for a reason.</summary>
    public static string CauseOf(DropReason reason) => Causes[(int)reason];

    /// <summary>Tells them. A leaf: may be called under a lock, never waits.</summary>
    public void Tell(TraceEvent happened)
    {
        TraceEvent timed = happened with { Time = Time.GetUtcNow() };
        foreach (TraceViewer viewer in Viewers) viewer.Offer(timed);
    }
}
