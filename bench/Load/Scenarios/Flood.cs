using Load.Options;

namespace Load.Scenarios;

/// <summary>
/// Publishers that are as fast as they can be, with their readers, on a thread of their own beside those who measure.
/// </summary>
internal sealed class Flood : IDisposable
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(20);

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
        (Options, Shape) = (options, shape);
        _fleet = new Fleet(options, shape);
        _thread = new Thread(Go) { IsBackground = true };
    }

    public LoadOptions Options { get; }

    public FleetShape Shape { get; }

    /// <summary>Messages that were given to the kernel.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Their payload bytes.</summary>
    public long SentBytes => Sent * Options.Payload;

    /// <summary>Why it ended before its time, or null.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Begins; returns when everybody is there.</summary>
    public void Start()
    {
        _thread.Start();
        _started.Wait();
        if (Failure is { } failure) throw new LoadException(failure.Message);
    }

    /// <summary>Ends; returns when everything is acknowledged and everybody gone.</summary>
    public void Stop()
    {
        _isStopping = true;
        _thread.Join();
        if (Failure is { } failure) throw new LoadException(failure.Message);
    }

    public void Dispose()
    {
        _isStopping = true;
        if (_thread.IsAlive) _thread.Join();
        _fleet.Dispose();
        _started.Dispose();
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
