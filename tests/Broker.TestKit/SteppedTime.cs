using Microsoft.Extensions.Time.Testing;

namespace Broker.TestKit;

/// <summary>A clock that moves when the test says so, and can be set while the monotonic one goes on.</summary>
/// <param name="start">What it says at first.</param>
internal sealed class SteppedTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private TimeSpan _step;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _step;

    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    /// <summary>Lets time pass. What is due each second happens at its second, not all of it at the end.</summary>
    public new void Advance(TimeSpan time)
    {
        while (time > TimeSpan.Zero)
        {
            TimeSpan step = TimeSpan.FromTicks(TimeSpan.TicksPerSecond - (base.GetUtcNow().Ticks % TimeSpan.TicksPerSecond));
            if (step > time) step = time;
            base.Advance(step);
            time -= step;
        }
    }

    /// <summary>
    /// Sets the clock of the machine, as an administrator, NTP or a sleep does; nothing that is monotonic notices.
    /// </summary>
    /// <param name="by">How much further it is then; negative: back.</param>
    public void Set(TimeSpan by) => _step += by;

    /// <summary>The process is not run for a while: both clocks go on, and what is due comes late, once.</summary>
    /// <param name="time">For how long.</param>
    public void StandStill(TimeSpan time) => AdjustTime(base.GetUtcNow() + time);
}
