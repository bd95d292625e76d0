using System.Text.Json;
using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Observing;
using Broker.Protocol;
using Broker.TestKit;

namespace Broker.IntegrationTests.Administration;

/// <summary>Messages as they go by, as server-sent events.</summary>
public sealed class MessageStreamTests
{
    [Fact]
    public async Task A_stream_brings_what_is_retained_then_what_is_published_and_leaves_nothing_behind()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        using AdminApi api = new(broker.AdminPort);
        await MosquittoPub.SendAsync(broker.Endpoint, "a/kept", "old", 1, "-r");
        using HttpClient http = new();
        await using TestClient publisher = await TestClient.OverTcpAsync(broker.Broker.Port);
        await publisher.ConnectAsync("publisher");

        using (Stream stream = await http.GetStreamAsync(
            new Uri($"http://127.0.0.1:{broker.AdminPort}/api/messages?filter=a/%23")))
        using (StreamReader reader = new(stream))
        {
            Assert.Equal(("a/kept", "old"), await ReadAsync(reader));
            for (int i = 0; i < 500; i++)
                await publisher.PublishAsync(new("a/b", $"{i}", QualityOfService.AtMostOnce));
            for (int i = 0; i < 500; i++) Assert.Equal(("a/b", $"{i}"), await ReadAsync(reader));
            string sessions = (await api.GetAsync("/api/sessions")).Text;
            Assert.Contains("messages local", sessions, StringComparison.Ordinal);
        }

        await broker.Broker.Process.Log.WaitForAsync("New client connected");
        // Nothing tells when the broker has noticed: it is asked until it has.
        while ((await api.GetAsync("/api/subscriptions")).Json.GetProperty("items").GetArrayLength() > 0)
            await publisher.PublishAsync(new("a/b", "x"));
        foreach (string query in (string[])["", "?filter=a%23", "?filter=$share/g/a", "?filter=a&retained=perhaps"])
            Assert.Equal(400, (await api.GetAsync("/api/messages" + query)).Status);
    }

    private static async Task<(string?, string?)> ReadAsync(StreamReader reader)
    {
        string? line;
        do line = await reader.ReadLineAsync().WaitAsync(TestTime.Patience);
        while (line is not null && !line.StartsWith("data: ", StringComparison.Ordinal));
        JsonElement message = JsonDocument.Parse(line!["data: ".Length..]).RootElement;
        return (message.GetProperty("topic").GetString(), message.GetProperty("text").GetString());
    }
}
