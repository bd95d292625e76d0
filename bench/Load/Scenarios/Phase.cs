using Load.Measuring;

namespace Load.Scenarios;

/// <summary>The same part of several rounds, taken together.</summary>
internal sealed class Phase
{
    private long _messages;
    private double _cpuSeconds;
    private double _ownCpuSeconds;

    public double Seconds { get; private set; }

    public long Times { get; private set; }

    public void Add(in Reading from, in Reading to, long messages)
    {
        _messages += messages;
        Seconds += to.SecondsSince(from);
        _cpuSeconds += to.CpuSeconds - from.CpuSeconds;
        _ownCpuSeconds += to.OwnCpuSeconds - from.OwnCpuSeconds;
        Times++;
    }

    /// <param name="report">Gets the figures.</param>
    /// <param name="what">What was done with a message: "queued".</param>
    /// <param name="broker">Whose CPU time it was.</param>
    public void AddTo(Report report, string what, BrokerProcess broker)
    {
        report.Add(what, _messages);
        if (_messages == 0) return;
        report.Add($"{what}_per_second", _messages / Seconds);
        if (broker.IsKnown) report.Add($"cpu_seconds_per_million_{what}", _cpuSeconds * 1e6 / _messages, 2);
        report.Add($"own_cpu_seconds_per_million_{what}", _ownCpuSeconds * 1e6 / _messages, 2);
    }
}
