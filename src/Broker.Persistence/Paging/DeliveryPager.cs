using System.Collections.Concurrent;
using Broker.Persistence.GroupCommit;

namespace Broker.Persistence.Paging;

/// <summary>
/// One thread that reads pages for sessions which return or have fallen behind, first come first served. A page that cannot be
/// read is tried again until the database is back.
/// </summary>
internal sealed class DeliveryPager : IDisposable
{
    /// <summary>After so many attempts another request is tried first: it may be this one's rows that cannot be read.</summary>
    private const int AttemptsMax = 3;

    private readonly BlockingCollection<DeliveryPageRequest> _requests = [];
    private readonly Func<IDeliveryReader> _open;
    private readonly CommitWaiters _waiters;
    private readonly StoreOptions _options;
    private readonly BackOff _backOff;
    private readonly Thread _thread;
    private volatile bool _isClosing;
    private bool _isFailing;

    public DeliveryPager(Func<IDeliveryReader> open, CommitWaiters waiters, StoreOptions options)
    {
        _open = open;
        _waiters = waiters;
        _options = options;
        _backOff = new BackOff(options.Time);
        _thread = new Thread(Run) { Name = "store reader", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Reads a page as soon as its ticket is durable.</summary>
    public void Request(DeliveryPageRequest request)
    {
        if (!_waiters.TryWait(request.Ticket, new Durable(this, request))) Enqueue(request);
    }

    public void Dispose()
    {
        _isClosing = true;
        _requests.CompleteAdding();
        _backOff.Interrupt();
        _thread.Join();
        _requests.Dispose();
        _backOff.Dispose();
    }

    private void Enqueue(DeliveryPageRequest request)
    {
        try
        {
            if (!_isClosing) _requests.Add(request);
        }
        catch (InvalidOperationException) when (_isClosing)
        {
            // The store is being closed: nobody is owed a page any more.
        }
    }

    private void Run()
    {
        IDeliveryReader? reader = null;
        foreach (DeliveryPageRequest request in _requests.GetConsumingEnumerable())
        {
            if (request.Receiver.IsGone || TryRead(request, ref reader) is not { } page) continue;
            try
            {
                request.Receiver.OnPage(request, page);
            }
#pragma warning disable CA1031 // A receiver that fails costs the others nothing.
            catch (Exception exception)
            {
                _options.WaiterFailed?.Invoke(exception);
            }
#pragma warning restore CA1031
        }
        reader?.Dispose();
    }

    /// <summary>Reads, again on a new connection if need be. What cannot be read then goes behind the others.</summary>
    private DeliveryPage? TryRead(DeliveryPageRequest request, ref IDeliveryReader? reader)
    {
        for (int attempt = 1; attempt <= AttemptsMax && !_isClosing; attempt++)
        {
            try
            {
                reader ??= _open();
                DeliveryPage page = reader.Read(request);
                _backOff.Reset();
                if (_isFailing) _options.ReadingChanged?.Invoke(null);
                _isFailing = false;
                return page;
            }
#pragma warning disable CA1031 // Whatever the database says, the others' pages are to be tried.
            catch (Exception exception)
            {
                reader?.Dispose();
                reader = null;
                if (!_isFailing) _options.ReadingChanged?.Invoke(exception);
                _isFailing = true;
            }
#pragma warning restore CA1031
            _backOff.Pause();
        }
        Enqueue(request);
        return null;
    }

    private sealed class Durable(DeliveryPager pager, DeliveryPageRequest request) : ICommitWaiter
    {
        public bool IsGone => request.Receiver.IsGone;

        public void OnCommitted() => pager.Enqueue(request);
    }
}
