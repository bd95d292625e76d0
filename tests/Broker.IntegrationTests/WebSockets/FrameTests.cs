using Broker.IntegrationTests.Fixtures;
using Broker.TestKit;

namespace Broker.IntegrationTests.WebSockets;

/// <summary>MQTT is a stream of bytes in binary frames; where the frames end says nothing (MQTT 5.0 section 6).</summary>
[Collection(nameof(SampleBrokerCollection))]
public sealed class FrameTests(SampleBroker broker)
{
    private const string Connect = "10 10 | 00 04 'MQTT' 04 02 00 00 | 00 04 'ws-0' ";
    private const string ConnAck = "20 02 00 00";
    private const string Ping = "c0 00";
    private const string Pong = "d0 00";

    [Fact]
    [Spec("MQTT-6.0.0-2")]
    public async Task A_packet_may_straddle_frames()
    {
        await using WebSocketClient client = await WebSocketClient.ConnectAsync(broker.WebSocketPort);

        foreach (byte b in WireText.Parse(ConnectAs("ws-1"))) await client.SendAsync([b]);

        await client.ExpectAsync(ConnAck);
    }

    [Fact]
    [Spec("MQTT-6.0.0-2")]
    public async Task A_frame_may_hold_several_packets_and_a_part_of_one()
    {
        await using WebSocketClient client = await WebSocketClient.ConnectAsync(broker.WebSocketPort);

        await client.SendAsync(ConnectAs("ws-2") + Ping + Ping + "c0");
        await client.SendAsync("00");

        await client.ExpectAsync(ConnAck + Pong + Pong + Pong);
    }

    [Fact]
    [Spec("MQTT-6.0.0-2")]
    public async Task A_message_may_come_in_fragments()
    {
        byte[] connect = WireText.Parse(ConnectAs("ws-3"));
        await using WebSocketClient client = await WebSocketClient.ConnectAsync(broker.WebSocketPort);

        await client.SendAsync(connect[..3], isLast: false);
        await client.SendAsync(connect[3..9], isLast: false);
        await client.SendAsync(connect[9..]);

        await client.ExpectAsync(ConnAck);
    }

    [Fact]
    [Spec("MQTT-6.0.0-1")]
    public async Task A_text_frame_ends_the_connection()
    {
        await using WebSocketClient client = await WebSocketClient.ConnectAsync(broker.WebSocketPort);
        await client.SendAsync(ConnectAs("ws-4"));
        await client.ExpectAsync(ConnAck);

        await client.SendTextAsync(WireText.Parse("c0 00"));

        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task A_close_frame_is_answered()
    {
        await using WebSocketClient client = await WebSocketClient.ConnectAsync(broker.WebSocketPort);
        await client.SendAsync(ConnectAs("ws-5"));
        await client.ExpectAsync(ConnAck);

        await client.CloseAsync();

        Assert.Equal(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }

    [Fact]
    public async Task A_disconnect_packet_closes_the_web_socket()
    {
        await using WebSocketClient client = await WebSocketClient.ConnectAsync(broker.WebSocketPort);
        await client.SendAsync(ConnectAs("ws-6"));
        await client.ExpectAsync(ConnAck);

        await client.SendAsync("e0 00");

        await client.ExpectClosedAsync();
        await broker.Process.Log.WaitForAsync("Client ws-6 disconnected.");
    }

    [Fact]
    public async Task An_empty_frame_is_nothing()
    {
        await using WebSocketClient client = await WebSocketClient.ConnectAsync(broker.WebSocketPort);
        await client.SendAsync("");
        await client.SendAsync(ConnectAs("ws-7"));
        await client.SendAsync("");
        await client.SendAsync(Ping);

        await client.ExpectAsync(ConnAck + Pong);
    }

    [Fact]
    public async Task A_message_from_tcp_arrives_in_a_frame()
    {
        await using WebSocketClient client = await WebSocketClient.ConnectAsync(broker.WebSocketPort);
        await client.SendAsync(ConnectAs("ws-8") + "82 09 | 00 01 | 00 04 'ws/a' | 00");
        await client.ExpectAsync(ConnAck + "90 03 | 00 01 | 00");
        await using TestClient publisher = await TestClient.OverTcpAsync(broker.MqttPort);
        await publisher.ConnectAsync("ws-8-tcp");

        await publisher.PublishAsync(new OutgoingPublish("ws/a", "hello"));

        await client.ExpectAsync("30 0b | 00 04 'ws/a' 'hello'");
    }

    [Fact]
    public async Task Many_frames_in_a_row_are_handled_in_order_and_none_is_left_out()
    {
        string[] publishes = [.. Enumerable.Range(0, 2000).Select(i => $"30 0a | 00 04 'ws/b' '{i:d4}' ")];
        await using WebSocketClient client = await WebSocketClient.ConnectAsync(broker.WebSocketPort);
        await client.SendAsync(ConnectAs("ws-9") + "82 09 | 00 01 | 00 04 'ws/b' | 00");

        Task received = client.ExpectAsync(ConnAck + "90 03 | 00 01 | 00 " + string.Concat(publishes));
        foreach (string publish in publishes) await client.SendAsync(publish);

        await received;
    }

    private static string ConnectAs(string clientId) => Connect.Replace("ws-0", clientId, StringComparison.Ordinal);
}
