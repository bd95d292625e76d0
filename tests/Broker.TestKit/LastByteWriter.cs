using System.IO.Pipelines;

namespace Broker.TestKit;

/// <summary>A pipe's writer that tells of its end as a transport does, when there is nothing more to be read behind it.</summary>
internal sealed class LastByteWriter(PipeWriter inner, CancellationTokenSource closed) : PipeWriter
{
    public override void Advance(int bytes) => inner.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        inner.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        inner.Complete(exception);
        closed.Cancel();
    }
}
