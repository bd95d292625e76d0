using System.Diagnostics;

namespace Load.Clients;

/// <summary>What devices have to do later: connect again, or give up an attempt. Belongs to one event loop.</summary>
internal sealed class Redialling
{
    private readonly PriorityQueue<(Device Device, long Attempt), long> _due = new();

    /// <param name="device">Who.</param>
    /// <param name="attempt">Its attempt now; another one makes this void.</param>
    /// <param name="delay">In how long.</param>
    public void In(Device device, long attempt, TimeSpan delay) =>
        _due.Enqueue((device, attempt), Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency));

    /// <summary>Does what is due, as <see cref="Wire.EventLoop.Pace"/>.</summary>
    public long Run(long now)
    {
        while (_due.TryPeek(out (Device Device, long Attempt) next, out long due))
        {
            if (due > now) return due;
            _due.Dequeue();
            next.Device.OnDue(next.Attempt);
        }
        return long.MaxValue;
    }
}
