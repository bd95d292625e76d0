using System.IO.Pipelines;

namespace Broker.Benchmarks.Wire;

/// <summary>An output of which only the length is kept: each packet is written over the one before.</summary>
internal sealed class ScratchWriter : PipeWriter
{
    private readonly byte[] _buffer = new byte[64 * 1024];

    /// <summary>Length of what was written last.</summary>
    public int LastLength { get; private set; }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => LastLength;

    public override void Advance(int bytes) => LastLength = bytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

    public override Span<byte> GetSpan(int sizeHint = 0) => _buffer;

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => new(default(FlushResult));
}
