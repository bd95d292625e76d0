using System.Net.WebSockets;
using Broker.TestKit;

namespace Broker.IntegrationTests.WebSockets;

/// <summary>A WebSocket whose frames the test cuts itself, with MQTT in them.</summary>
internal sealed class WebSocketClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _patience = new(TestTime.Patience);

    public string? SubProtocol => _socket.SubProtocol;

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public static async Task<WebSocketClient> ConnectAsync(int port, string subProtocol = "mqtt", string path = "/mqtt")
    {
        var client = new WebSocketClient();
        client._socket.Options.AddSubProtocol(subProtocol);
        await client._socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}{path}"), client._patience.Token);
        return client;
    }

    /// <summary>Sends a wire literal as one binary message.</summary>
    public Task SendAsync(string wire) => SendAsync(WireText.Parse(wire));

    /// <summary>Sends bytes as one binary message, or as one fragment of it.</summary>
    public Task SendAsync(byte[] bytes, bool isLast = true) =>
        _socket.SendAsync(bytes, WebSocketMessageType.Binary, isLast, _patience.Token);

    public Task SendTextAsync(byte[] bytes) =>
        _socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, _patience.Token);

    /// <summary>Reads as many bytes as the literal has, over frames, and compares.</summary>
    public async Task ExpectAsync(string wire)
    {
        byte[] expected = WireText.Parse(wire);
        byte[] received = new byte[expected.Length];
        for (int count = 0; count < received.Length;)
        {
            ValueWebSocketReceiveResult result = await _socket.ReceiveAsync(received.AsMemory(count), _patience.Token);
            Assert.Equal(WebSocketMessageType.Binary, result.MessageType);
            count += result.Count;
        }
        Assert.Equal(WireText.Format(expected), WireText.Format(received));
    }

    /// <summary>The broker must end the connection, with a close frame or without, and send nothing before.</summary>
    public async Task ExpectClosedAsync()
    {
        try
        {
            WebSocketReceiveResult result = await _socket.ReceiveAsync(new byte[64], _patience.Token);
            Assert.Equal(WebSocketMessageType.Close, result.MessageType);
        }
        catch (WebSocketException)
        {
            // Ended without a close frame: an end all the same.
        }
    }

    /// <summary>Says goodbye with a close frame and waits for the broker's.</summary>
    public Task CloseAsync() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", _patience.Token);

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _patience.Dispose();
        return ValueTask.CompletedTask;
    }
}
