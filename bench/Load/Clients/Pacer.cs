using System.Diagnostics;

namespace Load.Clients;

/// <summary>Gives publishers their messages one after the other, at even distances.</summary>
internal sealed class Pacer
{
    private readonly Publisher[] _publishers;
    private readonly Schedule _schedule;
    private long _released;
    private bool _isStopped;

    /// <param name="publishers">Who take turns.</param>
    /// <param name="perSecond">Messages of all together.</param>
    public Pacer(Publisher[] publishers, double perSecond)
    {
        _publishers = publishers;
        _schedule = new Schedule(Stopwatch.GetTimestamp(), Stopwatch.Frequency / perSecond);
        for (int i = 0; i < publishers.Length; i++)
            publishers[i].StartPaced(new Schedule(_schedule.DueAt(i), _schedule.Interval * publishers.Length));
    }

    public void Stop() => _isStopped = true;

    /// <summary>Sends what is due.</summary>
    /// <returns>When the next is due.</returns>
    public long Run(long now)
    {
        if (_isStopped) return long.MaxValue;
        long due;
        while ((due = _schedule.DueAt(_released)) <= now) _publishers[_released++ % _publishers.Length].Release();
        return due;
    }
}
