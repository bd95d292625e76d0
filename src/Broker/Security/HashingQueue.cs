using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Broker.Security;

/// <summary>
/// Computes password hashes on threads of its own. A hash takes 1 ms to 100 ms, and the threads that move MQTT bytes must not
/// stand
/// still that long; the shared pool must not either, since it carries TLS handshakes and the database. The line of those who wait
/// is bounded, so a flood of logins costs a bounded time and memory and the surplus is told at once.
/// </summary>
internal sealed class HashingQueue : IDisposable
{
    private readonly BlockingCollection<Job> _pending = [];
    private readonly int _threadCount;
    private readonly Lock _lock = new();
    private Thread[]? _threads;
    private volatile bool _isStopping;
    private volatile int _pendingMax;

    /// <summary>Makes the line; the threads start with the first password, so a broker without passwords has none.</summary>
    /// <param name="threads">How many; one core is left to everything else by default.</param>
    /// <param name="pendingMax">Hashes that may wait beyond those being computed.</param>
    public HashingQueue(int? threads = null, int pendingMax = 1000)
    {
        _pendingMax = pendingMax;
        _threadCount = threads ?? Math.Max(1, Environment.ProcessorCount - 1);
    }

    /// <summary>Hashes that may wait beyond those being computed. Who waits already goes on doing so.</summary>
    public int PendingMax { get => _pendingMax; set => _pendingMax = value; }

    /// <summary>
    /// Queues a verification; never waits. The password is copied. Continuations run on the thread pool. Returns null when the
    /// line
    /// is full. A cancelled one leaves the line without being computed.
    /// </summary>
    public Task<bool>? TryVerify(PasswordHash hash, ReadOnlySpan<byte> password, CancellationToken token)
    {
        Job job = new(hash, password.ToArray(), token);
        lock (_lock)
        {
            if (_isStopping || _pending.Count >= _pendingMax) return null;
            _pending.Add(job, CancellationToken.None);
            _threads ??= [.. Enumerable.Range(0, _threadCount).Select(_ => StartThread())];
        }
        return job.Task;
    }

    /// <summary>Stops the threads after the hash they are at; the rest of the line is cancelled.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isStopping) return;
            _isStopping = true;
            _pending.CompleteAdding();
        }
        foreach (Thread thread in _threads ?? []) thread.Join();
        _pending.Dispose();
    }

    private Thread StartThread()
    {
        Thread thread = new(Work) { IsBackground = true, Name = "password hashing" };
        thread.Start();
        return thread;
    }

    private void Work()
    {
        foreach (Job job in _pending.GetConsumingEnumerable())
        {
            if (_isStopping) job.Abandon();
            else job.Run();
        }
    }

    private sealed class Job(PasswordHash hash, byte[] password, CancellationToken token)
        : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public void Run()
        {
            if (token.IsCancellationRequested)
            {
                Abandon();
                return;
            }
            try
            {
                SetResult(hash.Verify(password));
            }
#pragma warning disable CA1031 // Whatever the hash throws belongs to the one who waits for it, not to this thread.
            catch (Exception error)
            {
                SetException(error);
            }
#pragma warning restore CA1031
            CryptographicOperations.ZeroMemory(password);
        }

        public void Abandon()
        {
            CryptographicOperations.ZeroMemory(password);
            SetCanceled(token);
        }
    }
}
