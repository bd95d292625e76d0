using System.Buffers;
using System.IO.Pipelines;

namespace Broker.Transport.Tls;

/// <summary>The connection's pipes as the stream that SslStream wants.</summary>
internal sealed class TlsTransportStream : Stream
{
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private bool _isClosing;

    public TlsTransportStream(IDuplexPipe transport)
    {
        _input = transport.Input;
        _output = transport.Output;
    }

    /// <summary>Rules the reads while it is set: those of the handshake. Null: reads continue on the thread that brings the
    /// bytes.</summary>
    public TlsHandshakePace? Pace { get; set; }

    /// <summary>The first byte that the client sent; null before it.</summary>
    public byte? FirstByte { get; private set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>From now on writes go out with the end of the connection and do not wait for a client that does not
    /// read.</summary>
    public void StopWaiting() => _isClosing = true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            ReadResult result = Pace is { } pace ? await pace.ReadAsync(_input) : await _input.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> available = result.Buffer;
            if (result.IsCanceled)
            {
                _input.AdvanceTo(available.Start);
                throw new OperationCanceledException("The read was cancelled.");
            }
            if (!available.IsEmpty) return Take(available, buffer.Span);
            _input.AdvanceTo(available.End);
            if (result.IsCompleted) return 0;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Pace?.Answered();
        if (!_isClosing) return FlushAsync(_output.WriteAsync(buffer, cancellationToken));
        _output.Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Only the end of a pipe on top writes this way; the bytes leave when the connection's own pipe ends.</summary>
    public override void Write(byte[] buffer, int offset, int count) => _output.Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    // A write has flushed already.
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private int Take(ReadOnlySequence<byte> available, Span<byte> buffer)
    {
        FirstByte ??= available.FirstSpan[0];
        int length = (int)Math.Min(available.Length, buffer.Length);
        ReadOnlySequence<byte> taken = available.Slice(0, length);
        taken.CopyTo(buffer);
        // Nothing of the sequence may be asked after this: its segments may be somebody else's by then.
        _input.AdvanceTo(taken.End);
        return length;
    }

    private static async ValueTask FlushAsync(ValueTask<FlushResult> flush)
    {
        FlushResult result = await flush;
        if (result.IsCanceled) throw new OperationCanceledException("The write was cancelled.");
    }
}
