using System.Diagnostics;
using System.Globalization;

namespace Load.Clients;

/// <summary>Somebody new, again and again, on a thread of its own: how long it takes until it is served.</summary>
internal sealed class Newcomer : IDisposable
{
    private const int PauseMilliseconds = 100;

    private readonly int _port;
    private readonly string _run;
    private readonly Thread _thread;
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _over = new();
    private Exception? _failure;
    private TimeSpan _longest;
    private long _count;

    /// <param name="port">Of the broker.</param>
    /// <param name="run">In front of its client ids.</param>
    public Newcomer(int port, string run)
    {
        (_port, _run) = (port, run);
        _thread = new Thread(Go) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>The longest time from connect to the answer to its ping, and how often it came, since the last call.</summary>
    public (TimeSpan Longest, long Count) Take()
    {
        lock (_lock)
        {
            if (_failure is not null) throw new LoadException($"a new client was not served: {_failure.Message}");
            (TimeSpan, long) taken = (_longest, _count);
            (_longest, _count) = (TimeSpan.Zero, 0);
            return taken;
        }
    }

    public void Dispose()
    {
        _over.Set();
        _thread.Join();
    }

    private void Go()
    {
        try
        {
            for (long i = 0; !_over.IsSet; i++)
            {
                long from = Stopwatch.GetTimestamp();
                using (var client = new BlockingClient(
                    _port, string.Create(CultureInfo.InvariantCulture, $"{_run}-new{i}"), isPersistent: false))
                {
                    client.Ping();
                }
                TimeSpan took = Stopwatch.GetElapsedTime(from);
                lock (_lock)
                {
                    if (took > _longest) _longest = took;
                    _count++;
                }
                _over.Wait(PauseMilliseconds);
            }
        }
#pragma warning disable CA1031 // Whatever it is, who asks is told.
        catch (Exception exception)
        {
            lock (_lock) _failure = exception;
        }
#pragma warning restore CA1031
    }
}
