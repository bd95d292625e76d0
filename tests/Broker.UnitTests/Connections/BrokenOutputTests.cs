using System.IO.Pipelines;
using System.Net.WebSockets;
using Broker.Connections;
using Broker.TestKit;

namespace Broker.UnitTests.Connections;

public sealed class BrokenOutputTests
{
    [Fact]
    public async Task An_output_that_finds_nobody_at_its_end_is_the_end_of_its_connection_and_no_more()
    {
        await using var broker = new TestBroker();
        var input = new Pipe();
        await input.Writer.WriteAsync(new byte[] { 0xE0, 0x00 });
        await input.Writer.CompleteAsync();

        await broker.Engine.ServeAsync(
            new Transport(input.Reader),
            new ConnectionOrigin
            {
                Listener = broker.Options.Listeners[0],
                RemoteAddress = "there",
                Abort = static () => { },
            });

        Assert.Empty(broker.Engine.Connections);
    }

    private sealed class Transport(PipeReader input) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output { get; } = new BrokenWriter();
    }

    private sealed class BrokenWriter : PipeWriter
    {
        private readonly byte[] _memory = new byte[4096];

        public override bool CanGetUnflushedBytes => true;

        public override long UnflushedBytes => 0;

        public override void Advance(int bytes)
        {
        }

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null) => throw new WebSocketException("gone");

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            throw new WebSocketException("gone");

        public override Memory<byte> GetMemory(int sizeHint = 0) => _memory;

        public override Span<byte> GetSpan(int sizeHint = 0) => _memory;
    }
}
