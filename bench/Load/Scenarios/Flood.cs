using Load.Options;
using Load.Wire;

namespace Load.Scenarios;

/// <summary>
/// Publishers that are as fast as they can be, with their readers, on a thread of their own beside those who measure.
/// </summary>
internal sealed class Flood : IDisposable
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(20);

    /// <summary>For everybody to come, or to be acknowledged and gone.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly Fleet _fleet;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _started = new();
    private volatile bool _isStopping;
    private Exception? _failure;
    private long _sent;

    /// <param name="options">QoS, payload and kind of session.</param>
    /// <param name="shape">How many.</param>
    public Flood(LoadOptions options, FleetShape shape)
    {
        _fleet = new Fleet(options, shape);
        _thread = new Thread(Go) { IsBackground = true };
    }

    /// <summary>Messages that were given to the kernel.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Begins; returns when everybody is there.</summary>
    /// <param name="others">Is served meanwhile.</param>
    public void Start(EventLoop others)
    {
        _thread.Start();
        if (!others.RunUntil(() => _started.IsSet, Limit)) throw new LoadException("the greedy client did not get to begin");
        ThrowOnFailure();
    }

    /// <summary>Ends; returns when everything is acknowledged and everybody gone.</summary>
    /// <param name="others">Is served meanwhile.</param>
    public void Stop(EventLoop others)
    {
        _isStopping = true;
        if (!others.RunUntil(() => !_thread.IsAlive, Limit)) throw new LoadException("the greedy client did not get to leave");
        ThrowOnFailure();
    }

    public void Dispose()
    {
        _isStopping = true;
        if (_thread.IsAlive) _thread.Join();
        _fleet.Dispose();
        _started.Dispose();
    }

    private void ThrowOnFailure()
    {
        if (Volatile.Read(ref _failure) is { } failure) throw new LoadException(failure.Message);
    }

    private void Go()
    {
        try
        {
            _fleet.Subscribe();
            _fleet.ConnectPublishers();
            _fleet.StartPublishers(null);
            _started.Set();
            while (!_isStopping)
            {
                _fleet.Loop.RunFor(Turn);
                Volatile.Write(ref _sent, _fleet.Sent.Sum(static topics => topics.Sum()));
            }
            _fleet.StopPublishers();
            if (!_fleet.AwaitAcks()) throw new LoadException($"{_fleet.InFlight} messages were not acknowledged");
            Volatile.Write(ref _sent, _fleet.Sent.Sum(static topics => topics.Sum()));
            _fleet.DisconnectPublishers();
            _fleet.Leave();
        }
#pragma warning disable CA1031 // Whatever it is, the thread that waits for this one is told.
        catch (Exception exception)
        {
            Volatile.Write(ref _failure, exception);
        }
#pragma warning restore CA1031
        _started.Set();
    }
}
