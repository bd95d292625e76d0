using System.IO.Pipelines;
using Broker.TestKit;

namespace Broker.UnitTests.Transport;

/// <summary>The stream under a WebSocket: the test says what arrives together and sees what was sent.</summary>
internal sealed class TestSocket : Stream
{
    private readonly Pipe _arrivals = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Stream _reading;
    private TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TestSocket() => _reading = _arrivals.Reader.AsStream();

    public PipeWriter Arrived => _arrivals.Writer;

    public MemoryStream Sent { get; } = new();

    /// <summary>In how many writes it was sent.</summary>
    public int Writes { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public async Task ArriveAsync(string wire) => await Arrived.WriteAsync(WireText.Parse(wire));

    /// <summary>Waits until as much as the literal was sent since the beginning, and compares.</summary>
    public async Task SentAsync(string wire)
    {
        byte[] expected = WireText.Parse(wire);
        while (true)
        {
            Task written;
            byte[] sent;
            lock (Sent) (written, sent) = (_written.Task, Sent.ToArray());
            if (sent.Length < expected.Length)
            {
                await written.WaitAsync(TestTime.Patience);
                continue;
            }
            Assert.Equal(WireText.Format(expected), WireText.Format(sent));
            return;
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _reading.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (Sent)
        {
            Writes++;
            Sent.Write(buffer.Span);
            _written.SetResult();
            _written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        return ValueTask.CompletedTask;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
