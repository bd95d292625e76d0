using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Broker.Transport.WebSockets;

/// <summary>
/// A WebSocket as a duplex pipe: the payload of binary frames is one stream of bytes, MQTT packets may straddle and share
/// frames when they come (MQTT 5.0 section 6). Each packet that is sent has a frame of its own. A text frame ends the
/// connection [MQTT-6.0.0-1].
/// </summary>
internal sealed class WebSocketTransport : IDuplexPipe, IDisposable
{
    private const int ReceiveBytes = 4096;

    /// <summary>The most that is collected before the engine gets it: the input pipe's own limit.</summary>
    private const int CollectedBytesMax = 64 * 1024;

    /// <summary>What one drain flushes fits, as a rule: then it is one send.</summary>
    private const int SendBytes = 32 * 1024;

    /// <summary>How long a peer may take to answer the close frame.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly CancellationTokenSource _closing = new();
    private readonly Pipe _input = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));

    private byte[]? _buffer;
    private bool _isInMessage;

    /// <param name="socket">The WebSocket.</param>
    /// <param name="below">The stream it writes to; null: each frame is a write.</param>
    public WebSocketTransport(WebSocket socket, CorkedStream? below = null)
    {
        _socket = socket;
        Output = PipeWriter.Create(
            new WebSocketSendStream(socket, below), new StreamPipeWriterOptions(minimumBufferSize: SendBytes, leaveOpen: true));
    }

    public PipeReader Input => _input.Reader;

    public PipeWriter Output { get; }

    /// <summary>
    /// Brings frames to <see cref="Input"/> until the peer closes, breaks off or sends text. The engine gets all that has
    /// arrived at once, however many frames it came in, and answers it at once.
    /// </summary>
    public async Task PumpAsync()
    {
        try
        {
            await ReceiveAllAsync();
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            // The peer is gone without a close frame: for the engine the same as one that closed.
            _socket.Abort();
        }
    }

    /// <summary>Sends the close frame and gives the peer a moment to answer; the pump ends with it.</summary>
    public async Task CloseAsync()
    {
        _closing.CancelAfter(CloseTimeout);
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _closing.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            _socket.Abort();
        }
    }

    public void Dispose() => _closing.Dispose();

    private async Task ReceiveAllAsync()
    {
        try
        {
            while (await ReceiveAsync()) { }
        }
        finally
        {
            ReturnBuffer();
            // Hands on what came before the end, too.
            await _input.Writer.CompleteAsync();
        }
    }

    // A part of a message; false: there are no more.
    private async ValueTask<bool> ReceiveAsync()
    {
        // Between messages the first receive asks for no bytes and ends when there are some: who is idle needs no buffer.
        Memory<byte> buffer = _isInMessage ? _buffer ??= ArrayPool<byte>.Shared.Rent(ReceiveBytes) : Memory<byte>.Empty;
        ValueTask<ValueWebSocketReceiveResult> receiving = _socket.ReceiveAsync(buffer, _closing.Token);
        // What came before must not wait for what comes next. The pipe's own memory cannot be what is received into: its
        // reader may give it back meanwhile.
        if (!receiving.IsCompleted) await HandOnAsync();
        ValueWebSocketReceiveResult received = await receiving;
        if (received.MessageType == WebSocketMessageType.Close) return false;
        if (received.MessageType == WebSocketMessageType.Text)
        {
            // Behind this close frame nothing could be answered any more.
            await HandOnAsync();
            await _socket.CloseOutputAsync(WebSocketCloseStatus.InvalidMessageType, "MQTT needs binary frames", _closing.Token);
            return false;
        }
        _input.Writer.Write(buffer.Span[..received.Count]);
        _isInMessage = !received.EndOfMessage;
        if (_input.Writer.UnflushedBytes >= CollectedBytesMax) await HandOnAsync();
        return true;
    }

    private async ValueTask HandOnAsync()
    {
        if (!_isInMessage) ReturnBuffer();
        // When the engine reads no more this goes on, to see the peer's close frame, for as long as closing may take.
        if (_input.Writer.UnflushedBytes > 0) await _input.Writer.FlushAsync();
    }

    private void ReturnBuffer()
    {
        if (_buffer is null) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }
}
