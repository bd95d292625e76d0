using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using Broker.Connections;
using Broker.TestKit;
using Broker.Transport.WebSockets;

namespace Broker.UnitTests.Transport;

/// <summary>What the engine gets from frames that arrive together, and in how many frames its answers leave.</summary>
public sealed class WebSocketTransportTests : IDisposable
{
    private const string PingFrame = "82 82 | 00 00 00 00 | c0 00";
    private const string TextFrame = "81 81 | 00 00 00 00 | 'x'";
    private const string CloseFrame = "88 82 | 00 00 00 00 | 03 e8";
    private readonly TestSocket _stream = new();
    private readonly WebSocketTransport _transport;
    private readonly WebSocket _socket;

    public WebSocketTransportTests()
    {
        CorkedStream below = new(_stream);
        _socket = WebSocket.CreateFromStream(below, new WebSocketCreationOptions { IsServer = true });
        _transport = new WebSocketTransport(_socket, below);
    }

    [Fact]
    public async Task Frames_that_arrive_together_are_one_read()
    {
        Task read = ExpectReadAsync(Repeat("c0 00", 40));
        await _stream.ArriveAsync(Repeat(PingFrame, 40));

        Task pump = _transport.PumpAsync();

        await read;
        Assert.False(pump.IsCompleted);
    }

    [Fact]
    public async Task Empty_frames_fragments_and_pings_of_the_web_socket_leave_a_stream_of_bytes()
    {
        Task read = ExpectReadAsync("c0 00 c0 00");
        await _stream.ArriveAsync(
            "82 80 | 00 00 00 00 | 02 81 | 00 00 00 00 | c0 | 89 80 | 00 00 00 00 | 00 80 | 00 00 00 00"
            + "80 82 | 01 02 01 02 | 01 c2 | 82 80 | 00 00 00 00 | 82 81 | 00 00 00 00 | 00");

        _ = _transport.PumpAsync();

        await read;
    }

    [Fact]
    public async Task What_is_complete_does_not_wait_for_the_rest_of_a_frame()
    {
        await _stream.ArriveAsync(PingFrame + "82 84 | 00 00 00 00 | c0");
        _ = _transport.PumpAsync();
        await ExpectReadAsync("c0 00");

        await _stream.ArriveAsync("00 c0 00");

        await ExpectReadAsync("c0 00 c0 00");
    }

    [Theory]
    [InlineData(TextFrame, WebSocketState.CloseSent)]
    [InlineData(CloseFrame, WebSocketState.CloseReceived)]
    [InlineData("83 80 | 00 00 00 00", WebSocketState.Aborted)]
    public async Task What_came_before_the_end_is_handed_on(string lastFrame, WebSocketState state)
    {
        await _stream.ArriveAsync(PingFrame + PingFrame + lastFrame + PingFrame);

        await _transport.PumpAsync().WaitAsync(TestTime.Patience);

        Assert.True(await ExpectReadAsync("c0 00 c0 00"));
        Assert.Equal(state, _socket.State);
    }

    [Fact]
    public async Task What_came_before_text_is_answered_before_the_close_frame()
    {
        Task answered = AnswerOnceAsync("d0 00");
        await _stream.ArriveAsync(PingFrame + TextFrame);

        await _transport.PumpAsync().WaitAsync(TestTime.Patience);

        await answered;
        Assert.StartsWith("82 02 d0 00 88", WireText.Format(_stream.Sent.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Packets_that_arrive_together_are_answered_in_one_write_and_a_frame_each()
    {
        await using TestBroker broker = new();
        ConnectionOrigin origin = new()
        {
            Listener = TestBroker.OpenListener, RemoteAddress = "127.0.0.1:40000", Abort = () => _stream.Arrived.Complete(),
        };
        Task served = broker.Engine.ServeAsync(_transport, origin);
        _ = _transport.PumpAsync();
        await _stream.ArriveAsync("82 90 | 00 00 00 00 | 10 0e 00 04 'MQTT' 04 02 00 00 00 02 'ws'");
        await _stream.SentAsync("82 04 20 02 00 00");

        await _stream.ArriveAsync(Repeat(PingFrame, 40));

        await _stream.SentAsync("82 04 20 02 00 00" + Repeat(" 82 02 d0 00", 40));
        Assert.Equal(2, _stream.Writes);
        await _stream.ArriveAsync("82 82 | 00 00 00 00 | e0 00");
        await served.WaitAsync(TestTime.Patience);
    }

    [Fact]
    public async Task A_flood_is_handed_on_piece_by_piece()
    {
        // 64 frames of 4 KiB: more than the pipe takes before the engine has read.
        byte[] frame = [0x82, 0xFE, 0x10, 0x00, 0, 0, 0, 0, .. new byte[4096]];
        for (int i = 0; i < 64; i++) await _stream.Arrived.WriteAsync(frame);

        Task pump = _transport.PumpAsync();

        ReadResult first = await _transport.Input.ReadAsync();
        Assert.Equal(64 * 1024, first.Buffer.Length);
        _transport.Input.AdvanceTo(first.Buffer.End);
        long rest = 0;
        while (rest < 3 * 64 * 1024)
        {
            ReadResult next = await _transport.Input.ReadAsync();
            rest += next.Buffer.Length;
            _transport.Input.AdvanceTo(next.Buffer.End);
        }
        Assert.False(pump.IsCompleted);
    }

    [Fact]
    public async Task What_is_flushed_together_is_one_write_and_each_packet_a_frame()
    {
        byte[] packet = [0x30, 98, .. new byte[98]];
        for (int i = 0; i < 300; i++) _transport.Output.Write(packet);

        await _transport.Output.FlushAsync();

        byte[] frame = [0x82, 100, .. packet];
        Assert.Equal(Enumerable.Repeat(frame, 300).SelectMany(static bytes => bytes), _stream.Sent.ToArray());
        Assert.Equal(1, _stream.Writes);
    }

    [Fact]
    public async Task A_packet_that_is_written_in_pieces_has_a_frame_for_each()
    {
        // 70,004 bytes, in buffers of 32 KiB, and a small one behind it.
        byte[] large = [0x30, 0xF0, 0xA2, 0x04, .. new byte[70_000 - 1]];
        byte[] end = [0, 0xD0, 0];
        _transport.Output.Write(large);
        _transport.Output.Write(end);

        await _transport.Output.FlushAsync();

        byte[] sent = _stream.Sent.ToArray();
        Assert.Equal([0x82, 2, 0xD0, 0], sent[^4..]);
        int payload = 0;
        for (int at = 0; at < sent.Length;)
        {
            Assert.Equal(0x82, sent[at]);
            (int header, int length) = sent[at + 1] switch
            {
                126 => (4, (sent[at + 2] << 8) | sent[at + 3]),
                127 => (10, (sent[at + 7] << 16) | (sent[at + 8] << 8) | sent[at + 9]),
                var small => (2, small),
            };
            at += header + length;
            payload += length;
        }
        Assert.Equal(70_004 + 2, payload);
    }

    public void Dispose()
    {
        _transport.Dispose();
        _socket.Dispose();
        _stream.Dispose();
    }

    private static string Repeat(string wire, int count) => string.Concat(Enumerable.Repeat(wire + " ", count));

    private async Task AnswerOnceAsync(string wire)
    {
        ReadResult read = await _transport.Input.ReadAsync();
        await _transport.Output.WriteAsync(WireText.Parse(wire));
        _transport.Input.AdvanceTo(read.Buffer.End);
    }

    // Returns whether it was the last.
    private async Task<bool> ExpectReadAsync(string wire)
    {
        ReadResult read = await _transport.Input.ReadAsync().AsTask().WaitAsync(TestTime.Patience);
        Assert.Equal(WireText.Format(WireText.Parse(wire)), WireText.Format(read.Buffer.ToArray()));
        _transport.Input.AdvanceTo(read.Buffer.End);
        return read.IsCompleted;
    }
}
