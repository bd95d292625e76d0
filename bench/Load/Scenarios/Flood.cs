using Load.Options;
using Load.Wire;

namespace Load.Scenarios;

/// <summary>
/// Publishers that are as fast as they can be, with their readers, on a thread of their own beside those who measure.
/// </summary>
internal sealed class Flood : IDisposable
{
    private readonly Fleet _fleet;
    private readonly SideLoop _side;

    /// <param name="options">QoS, payload and kind of session.</param>
    /// <param name="shape">How many.</param>
    public Flood(LoadOptions options, FleetShape shape)
    {
        _fleet = new Fleet(options, shape);
        _side = new SideLoop(_fleet.Loop, "flood");
    }

    /// <summary>Messages that were given to the kernel.</summary>
    public long Sent => _fleet.Sent.Sum(static topics => topics.Sum());

    /// <summary>Begins; returns when everybody is there.</summary>
    /// <param name="others">Is served meanwhile.</param>
    public void Start(EventLoop others) => _side.Do(Begin, others, "the greedy client did not get to begin");

    /// <summary>Ends; returns when everything is acknowledged and everybody gone.</summary>
    /// <param name="others">Is served meanwhile.</param>
    public void Stop(EventLoop others) => _side.Do(End, others, "the greedy client did not get to leave");

    public void Dispose()
    {
        _side.Dispose();
        _fleet.Dispose();
    }

    private void Begin()
    {
        _fleet.Subscribe();
        _fleet.ConnectPublishers();
        _fleet.StartPublishers(null);
    }

    private void End()
    {
        _fleet.StopPublishers();
        if (!_fleet.AwaitAcks()) throw new LoadException($"{_fleet.InFlight} messages were not acknowledged");
        _fleet.DisconnectPublishers();
        _fleet.Leave();
    }
}
