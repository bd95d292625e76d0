using System.Net.WebSockets;

namespace Broker.Transport.WebSockets;

/// <summary>
/// The sending half of a WebSocket as a stream: each packet is a binary frame, as mosquitto sends them. MQTT lets packets share
/// a frame [MQTT-6.0.0-2], but there are clients that leave the second one unread until another frame comes. A packet that is
/// written in pieces has a frame for each.
/// </summary>
/// <param name="socket">The WebSocket.</param>
/// <param name="below">The stream it writes to, which keeps frames together; null: each is a write.</param>
internal sealed class WebSocketSendStream(WebSocket socket, CorkedStream? below) : Stream
{
    private readonly PacketEnds _ends = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return ValueTask.CompletedTask;
        int length = _ends.Next(buffer.Span);
        return length == buffer.Length ? SendAsync(buffer, cancellationToken) : SendAllAsync(buffer, length, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> buffer, int length, CancellationToken cancellationToken)
    {
        below?.Cork();
        await SendAsync(buffer[..length], cancellationToken);
        for (buffer = buffer[length..]; !buffer.IsEmpty; buffer = buffer[length..])
        {
            length = _ends.Next(buffer.Span);
            await SendAsync(buffer[..length], cancellationToken);
        }
        if (below is not null) await below.UncorkAsync(cancellationToken);
    }

    private ValueTask SendAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken) =>
        socket.SendAsync(packet, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
}
