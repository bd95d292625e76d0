using System.Text.RegularExpressions;
using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.IntegrationTests.Starting;

/// <summary>Lines that operators' scripts look for, as mosquitto writes them.</summary>
[Collection(nameof(SampleBrokerCollection))]
public sealed partial class LogLineTests(SampleBroker broker)
{
    [Theory]
    [InlineData("mqttv31", "p1")]
    [InlineData("mqttv311", "p2")]
    [InlineData("mqttv5", "p5")]
    public async Task A_connect_is_logged_with_version_clean_start_and_keep_alive(string version, string number)
    {
        string id = $"logged-{version}";

        await MosquittoPub.SendAsync(Endpoint.Of(broker, version: version), "log/connect", "x", 1, "-i", id, "-k", "30");

        string line = await broker.Process.Log.WaitForAsync($" as {id} ");
        Assert.Matches(Timestamp(), line);
        Assert.Contains("New client connected from 127.0.0.1:", line, StringComparison.Ordinal);
        Assert.EndsWith($" as {id} ({number}, c1, k30).", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_is_logged_with_its_port()
    {
        await MosquittoPub.SendAsync(Endpoint.Of(broker), "log/any", "x", 1);

        string line = await broker.Process.Log.WaitForAsync($" on port {broker.MqttPort}.");
        await broker.Process.Log.WaitForAsync("New connection from 127.0.0.1:");
        Assert.Matches(Timestamp(), line);
    }

    [Fact]
    public async Task A_disconnect_is_logged()
    {
        await MosquittoPub.SendAsync(Endpoint.Of(broker), "log/any", "x", 1, "-i", "log-goodbye");

        await broker.Process.Log.WaitForAsync("Client log-goodbye disconnected.");
    }

    [Fact]
    public async Task A_connection_that_breaks_off_is_logged_otherwise()
    {
        await using (TestClient client = await TestClient.OverTcpAsync(broker.MqttPort))
            await client.ConnectAsync("log-broken");

        await broker.Process.Log.WaitForAsync("Client log-broken closed its connection.");
    }

    [Fact]
    public async Task A_takeover_is_logged_and_the_first_client_is_told()
    {
        await using TestClient first = await TestClient.OverTcpAsync(broker.MqttPort, ProtocolVersion.Mqtt50);
        await first.ConnectAsync("log-twice");
        await using TestClient second = await TestClient.OverTcpAsync(broker.MqttPort, ProtocolVersion.Mqtt50);
        await second.ConnectAsync("log-twice");

        Assert.Equal(ReasonCode.SessionTakenOver, (await first.ReadAsync<DisconnectPacket>()).ReasonCode);
        await broker.Process.Log.WaitForAsync("Client log-twice already connected, closing old connection.");
    }

    [Fact]
    public async Task The_start_names_its_file_and_every_listener()
    {
        await broker.Process.Log.WaitForAsync("Config loaded from ");
        foreach (int port in new[] { broker.MqttPort, broker.MqttsPort, broker.WebSocketPort, broker.SecureWebSocketPort })
        {
            await broker.Process.Log.WaitForAsync(
                line => line.Contains(" listen socket on port ", StringComparison.Ordinal)
                    && line.EndsWith($"{port}.", StringComparison.Ordinal),
                $"the line of port {port}");
        }
    }

    [GeneratedRegex(@"^\d+: ")]
    private static partial Regex Timestamp();
}
