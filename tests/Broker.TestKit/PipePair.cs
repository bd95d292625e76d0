using System.IO.Pipelines;

namespace Broker.TestKit;

/// <summary>A connection in memory: what one end writes the other reads.</summary>
internal sealed class PipePair
{
    private readonly Pipe _toBroker;
    private readonly Pipe _toClient;
    private readonly CancellationTokenSource _closed = new();

    /// <param name="windowBytes">How much the broker may write ahead of the client's reading; 0 for no limit.</param>
    /// <param name="isInline">Whether who wakes the broker's reader runs it, as Kestrel's sockets do here.</param>
    public PipePair(int windowBytes = 0, bool isInline = false)
    {
        _toBroker = new Pipe(Options(0, isInline ? PipeScheduler.Inline : null));
        _toClient = new Pipe(Options(windowBytes));
        Client = new End(_toClient.Reader, new LastByteWriter(_toBroker.Writer, _closed));
        Broker = new End(_toBroker.Reader, _toClient.Writer);
    }

    public IDuplexPipe Client { get; }

    public IDuplexPipe Broker { get; }

    /// <summary>Cancelled when the client has sent its last byte.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <summary>Breaks the connection off from the broker's side, as a transport's abort does.</summary>
    public void Abort()
    {
        _toBroker.Writer.Complete();
        _toClient.Writer.CancelPendingFlush();
    }

    private static PipeOptions Options(int windowBytes, PipeScheduler? readerScheduler = null) => new(
        readerScheduler: readerScheduler, pauseWriterThreshold: windowBytes, resumeWriterThreshold: windowBytes / 2,
        useSynchronizationContext: false);

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
