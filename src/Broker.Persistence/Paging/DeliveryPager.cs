using System.Collections.Concurrent;
using Broker.Persistence.GroupCommit;

namespace Broker.Persistence.Paging;

/// <summary>
/// One thread that reads pages for sessions which return or have fallen behind, first come first served. A page that cannot be
/// read is tried again until the database is back.
/// </summary>
internal sealed class DeliveryPager : IDisposable
{
    private readonly BlockingCollection<DeliveryPageRequest> _requests = [];
    private readonly Func<IDeliveryReader> _open;
    private readonly CommitWaiters _waiters;
    private readonly Action<Exception>? _receiverFailed;
    private readonly BackOff _backOff;
    private readonly Thread _thread;
    private volatile bool _isClosing;

    public DeliveryPager(Func<IDeliveryReader> open, CommitWaiters waiters, StoreOptions options)
    {
        _open = open;
        _waiters = waiters;
        _receiverFailed = options.WaiterFailed;
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
            if (Read(request, ref reader) is not { } page) break;
            try
            {
                request.Receiver.OnPage(request, page);
            }
#pragma warning disable CA1031 // A receiver that fails costs the others nothing.
            catch (Exception exception)
            {
                _receiverFailed?.Invoke(exception);
            }
#pragma warning restore CA1031
        }
        reader?.Dispose();
    }

    /// <returns>Null when the store is being closed.</returns>
    private DeliveryPage? Read(DeliveryPageRequest request, ref IDeliveryReader? reader)
    {
        while (!_isClosing)
        {
            try
            {
                reader ??= _open();
                DeliveryPage page = reader.Read(request);
                _backOff.Reset();
                return page;
            }
#pragma warning disable CA1031 // Whatever the database says: it is said once, by the writer, who cannot commit either.
            catch (Exception)
            {
                reader?.Dispose();
                reader = null;
            }
#pragma warning restore CA1031
            _backOff.Pause();
        }
        return null;
    }

    private sealed class Durable(DeliveryPager pager, DeliveryPageRequest request) : ICommitWaiter
    {
        public void OnCommitted() => pager.Enqueue(request);
    }
}
