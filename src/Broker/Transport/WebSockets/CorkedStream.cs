using System.Buffers;

namespace Broker.Transport.WebSockets;

/// <summary>
/// What is written between <see cref="Cork"/> and <see cref="UncorkAsync"/> leaves as one write, so that many small frames cost
/// one system call. Writes may come from two sides, frames and the answers to a peer's pings; each leaves whole.
/// </summary>
internal sealed class CorkedStream(Stream inner) : Stream
{
    private const int CapacityMin = 4096;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private byte[]? _kept;
    private int _count;
    private bool _isCorked;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>What is written from now on is kept.</summary>
    public void Cork()
    {
        lock (_lock) _isCorked = true;
    }

    /// <summary>Writes what was kept.</summary>
    public async ValueTask UncorkAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        byte[]? kept;
        int count;
        lock (_lock)
        {
            (kept, count) = (_kept, _count);
            (_kept, _count, _isCorked) = (null, 0, false);
        }
        try
        {
            if (count > 0) await inner.WriteAsync(kept.AsMemory(0, count), cancellationToken);
        }
        finally
        {
            _writing.Release();
            if (kept is not null) ArrayPool<byte>.Shared.Return(kept);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (TryKeep(buffer.Span)) return;
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await inner.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Whatever is written here leaves without being flushed.
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.ReadAsync(buffer, offset, count, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        // Not the semaphore: somebody may be on the way into it, and it holds nothing.
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private bool TryKeep(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (!_isCorked) return false;
            int needed = _count + bytes.Length;
            if (_kept is null || _kept.Length < needed)
            {
                byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(CapacityMin, needed * 2));
                if (_kept is not null)
                {
                    _kept.AsSpan(0, _count).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(_kept);
                }
                _kept = larger;
            }
            bytes.CopyTo(_kept.AsSpan(_count));
            _count = needed;
            return true;
        }
    }
}
