namespace Load.Wire;

/// <summary>Runs an event loop on a thread of its own, beside the one that measures.</summary>
internal sealed class SideLoop : IDisposable
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(20);

    /// <summary>For everybody to come, or to be acknowledged and gone.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly EventLoop _loop;
    private readonly Thread _thread;
    private volatile Action? _work;
    private volatile Exception? _failure;
    private volatile bool _isStopping;

    /// <param name="loop">From now on it belongs to the thread; disposed by whoever made it, after this.</param>
    /// <param name="name">Of the thread.</param>
    public SideLoop(EventLoop loop, string name)
    {
        _loop = loop;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Has something done by the thread, and returns when it is.</summary>
    /// <param name="work">What.</param>
    /// <param name="others">Is served meanwhile.</param>
    /// <param name="otherwise">What to say when it does not come to an end.</param>
    public void Do(Action work, EventLoop others, string otherwise)
    {
        _work = work;
        bool isDone = others.RunUntil(() => _work is null || _failure is not null, Limit);
        if (_failure is { } failure) throw new LoadException(failure.Message);
        if (!isDone) throw new LoadException(otherwise);
    }

    public void Dispose()
    {
        _isStopping = true;
        _thread.Join();
    }

    private void Run()
    {
        try
        {
            while (!_isStopping)
            {
                if (_work is { } work)
                {
                    work();
                    _work = null;
                }
                _loop.RunFor(Turn);
            }
        }
#pragma warning disable CA1031 // Whatever it is, the thread that waits for this one is told.
        catch (Exception exception)
        {
            _failure = exception;
        }
#pragma warning restore CA1031
    }
}
