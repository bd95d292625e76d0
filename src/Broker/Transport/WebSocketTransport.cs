using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Broker.Transport;

/// <summary>
/// A WebSocket as a duplex pipe: the payload of binary frames is one stream of bytes, MQTT packets may straddle and share
/// frames (MQTT 5.0 section 6). A text frame ends the connection [MQTT-6.0.0-1].
/// </summary>
internal sealed class WebSocketTransport : IDuplexPipe, IDisposable
{
    private const int ReceiveBytes = 4096;

    /// <summary>How long a peer may take to answer the close frame.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly CancellationTokenSource _closing = new();
    private readonly Pipe _input = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));

    public WebSocketTransport(WebSocket socket)
    {
        _socket = socket;
        Output = PipeWriter.Create(new WebSocketSendStream(socket), new StreamPipeWriterOptions(leaveOpen: true));
    }

    public PipeReader Input => _input.Reader;

    public PipeWriter Output { get; }

    /// <summary>Brings frames to <see cref="Input"/> until the peer closes, breaks off or sends text.</summary>
    public async Task PumpAsync()
    {
        try
        {
            while (await ReceiveAsync()) { }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            // The peer is gone without a close frame: for the engine the same as one that closed.
            _socket.Abort();
        }
        finally
        {
            await _input.Writer.CompleteAsync();
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

    private async ValueTask<bool> ReceiveAsync()
    {
        Memory<byte> memory = _input.Writer.GetMemory(ReceiveBytes);
        ValueWebSocketReceiveResult received = await _socket.ReceiveAsync(memory, _closing.Token);
        if (received.MessageType == WebSocketMessageType.Close) return false;
        if (received.MessageType == WebSocketMessageType.Text)
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.InvalidMessageType, "MQTT needs binary frames", _closing.Token);
            return false;
        }
        _input.Writer.Advance(received.Count);
        // When the engine reads no more this goes on, to see the peer's close frame, for as long as closing may take.
        await _input.Writer.FlushAsync();
        return true;
    }
}
