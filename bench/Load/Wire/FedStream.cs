using System.Threading.Tasks.Sources;

namespace Load.Wire;

/// <summary>
/// The stream below TLS: what the event loop has read is fed to it, and whoever waits for it goes on before
/// <see cref="Feed"/> returns. What is written goes to the link.
/// </summary>
internal sealed class FedStream(Link link) : Stream, IValueTaskSource<int>
{
    private readonly OutputBuffer _waiting = new();
    private ManualResetValueTaskSourceCore<int> _source;
    private Memory<byte> _wanted;
    private bool _isWanted;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_waiting.Reserve(bytes.Length));
        _waiting.Advance(bytes.Length);
        if (!_isWanted) return;
        _isWanted = false;
        _source.SetResult(Take(_wanted.Span));
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_waiting.Length > 0) return new ValueTask<int>(Take(buffer.Span));
        _wanted = buffer;
        _isWanted = true;
        _source.Reset();
        return new ValueTask<int>(this, _source.Version);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        buffer.CopyTo(link.Wire.Reserve(buffer.Length));
        link.Wire.Advance(buffer.Length);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush() => link.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        link.Flush();
        return Task.CompletedTask;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private int Take(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, _waiting.Length);
        _waiting.Written[..count].CopyTo(destination);
        _waiting.Remove(count);
        return count;
    }
}
