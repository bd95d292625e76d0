using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;

namespace Broker.Transport.Tls;

/// <summary>The plain text of a TLS connection as pipes.</summary>
internal sealed class TlsDuplexPipe : IDuplexPipe
{
    private TlsDuplexPipe(PipeReader input, PipeWriter output)
    {
        Input = input;
        Output = output;
    }

    /// <inheritdoc/>
    public PipeReader Input { get; }

    /// <inheritdoc/>
    public PipeWriter Output { get; }

    /// <summary>Makes the pipes; the stream stays the caller's to dispose.</summary>
    public static TlsDuplexPipe Over(SslStream ssl, MemoryPool<byte>? pool)
    {
        // Zero-byte reads: a connection that is silent holds no buffer.
        StreamPipeReaderOptions reading = new(pool, leaveOpen: true, useZeroByteReads: true);
        return new TlsDuplexPipe(PipeReader.Create(ssl, reading), PipeWriter.Create(ssl, new(pool, leaveOpen: true)));
    }

    /// <summary>Gives the buffers back.</summary>
    public async Task CompleteAsync()
    {
        await Input.CompleteAsync();
        await Output.CompleteAsync();
    }
}
