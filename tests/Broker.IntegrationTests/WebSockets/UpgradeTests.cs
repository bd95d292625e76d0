using System.Net;
using System.Net.WebSockets;
using Broker.IntegrationTests.Fixtures;
using Broker.TestKit;

namespace Broker.IntegrationTests.WebSockets;

/// <summary>The HTTP side of a WebSocket listener.</summary>
[Collection(nameof(SampleBrokerCollection))]
public sealed class UpgradeTests(SampleBroker broker)
{
    [Theory]
    [InlineData("mqtt", "10 0f | 00 04 'MQTT' 04 02 00 00 | 00 03 'up1'")]
    [InlineData("mqttv3.1", "10 11 | 00 06 'MQIsdp' 03 02 00 00 | 00 03 'up2'")]
    [Spec("MQTT-6.0.0-4")]
    public async Task Each_sub_protocol_is_chosen_and_served(string subProtocol, string connect)
    {
        await using WebSocketClient client = await WebSocketClient.ConnectAsync(broker.WebSocketPort, subProtocol);

        Assert.Equal(subProtocol, client.SubProtocol);
        await client.SendAsync(connect);
        await client.ExpectAsync("20 02 00 00");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/mqtt")]
    [InlineData("/any/where?a=b")]
    public async Task Every_path_is_served(string path)
    {
        await using WebSocketClient client = await WebSocketClient.ConnectAsync(broker.WebSocketPort, path: path);

        Assert.Equal("mqtt", client.SubProtocol);
    }

    [Fact]
    [Spec("MQTT-6.0.0-3")]
    public async Task Another_sub_protocol_is_refused()
    {
        WebSocketException refusal = await Assert.ThrowsAsync<WebSocketException>(
            () => WebSocketClient.ConnectAsync(broker.WebSocketPort, "chat"));

        Assert.Contains("400", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_is_no_upgrade_gets_a_4xx()
    {
        using HttpClient http = new();

        HttpResponseMessage response = await http.GetAsync(new Uri($"http://127.0.0.1:{broker.WebSocketPort}/mqtt"));

        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
    }

    [Fact]
    public async Task A_listed_origin_enters_and_another_does_not()
    {
        await using ConfiguredBroker picky = await ConfiguredBroker.StartOpenAsync(
            "protocol websockets\nwebsockets_origin https://good.example");

        Assert.Equal(WebSocketState.Open, await UpgradeFromAsync(picky.Port, "https://good.example"));
        await Assert.ThrowsAsync<WebSocketException>(() => UpgradeFromAsync(picky.Port, "https://evil.example"));
    }

    private static async Task<WebSocketState> UpgradeFromAsync(int port, string origin)
    {
        using ClientWebSocket socket = new();
        socket.Options.AddSubProtocol("mqtt");
        socket.Options.SetRequestHeader("Origin", origin);
        using CancellationTokenSource patience = new(TestTime.Patience);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/"), patience.Token);
        return socket.State;
    }
}
