using System.Text.Json;
using Broker.IntegrationTests.Clients;
using Broker.Protocol;
using Broker.TestKit;

namespace Broker.IntegrationTests.Observing;

/// <summary>The read-only API on the admin listener.</summary>
public sealed class ApiTests
{
    [Fact]
    public async Task Clients_sessions_and_subscriptions_are_those_that_there_are()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        await MosquittoSub.SubscribeOnceAsync(broker.Endpoint, "-t", "away/#", "-q", "1", "-c", "-i", "away");
        await MosquittoPub.SendAsync(broker.Endpoint, "away/x", "12345", 1);
        await using TestClient client = await TestClient.OverTcpAsync(broker.Broker.Port, ProtocolVersion.Mqtt50);
        await client.ConnectAsync("here", packet => packet with { UserName = "ann", KeepAliveSeconds = 30 });
        await client.SubscribeAsync("$share/g/a/+", QualityOfService.AtLeastOnce);

        JsonElement[] clients = await ItemsAsync(broker, "/api/clients?search=here");
        JsonElement[] sessions = await ItemsAsync(broker, "/api/sessions?search=e");
        JsonElement[] subscriptions = await ItemsAsync(broker, "/api/subscriptions");

        JsonElement here = Assert.Single(clients);
        Assert.Equal(("here", "ann", "5.0", 30), (Text(here, "clientId"), Text(here, "userName"), Text(here, "version"),
            here.GetProperty("keepAliveSeconds").GetInt32()));
        Assert.StartsWith("127.0.0.1:", Text(here, "address"), StringComparison.Ordinal);
        JsonElement session = Assert.Single(sessions, static one => one.GetProperty("clientId").GetString() == "here");
        Assert.True(session.GetProperty("online").GetBoolean());
        Assert.Equal(
            [("$share/g/a/+", "here"), ("away/#", "away")],
            subscriptions.Select(static one => (Text(one, "filter"), Text(one, "clientId"))));
        JsonElement away = await OneAsync(broker, "/api/sessions/away");
        Assert.Equal((1, 5, false), (
            away.GetProperty("session").GetProperty("waiting").GetInt32(),
            away.GetProperty("session").GetProperty("waitingBytes").GetInt32(),
            away.GetProperty("session").GetProperty("online").GetBoolean()));
        Assert.Equal(404, (await broker.GetAsync("/api/sessions/nobody")).Status);
    }

    [Fact]
    public async Task Retained_messages_come_in_parts_and_by_filter()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        foreach (string topic in (string[])["r/c", "r/a", "other", "r/b"])
            await MosquittoPub.SendAsync(broker.Endpoint, topic, $"of {topic}", 1, "-r");

        (JsonElement[] first, string? next) = await PartAsync(broker, "/api/retained?filter=r/%2B&limit=2");
        (JsonElement[] rest, string? end) = await PartAsync(broker, $"/api/retained?filter=r/%2B&limit=2&after={next}");
        JsonElement one = await OneAsync(broker, "/api/retained/r/b");

        Assert.Equal(["r/a", "r/b"], first.Select(static item => Text(item, "topic")));
        Assert.Equal(["r/c"], rest.Select(static item => Text(item, "topic")));
        Assert.Null(end);
        Assert.Equal("of r/b", Text(one, "text"));
        Assert.Equal("of r/b"u8, one.GetProperty("payload").GetBytesFromBase64());
        Assert.Equal(404, (await broker.GetAsync("/api/retained/r/none")).Status);
        Assert.Equal(400, (await broker.GetAsync("/api/retained?filter=%23/a")).Status);
        Assert.Equal(400, (await broker.GetAsync("/api/retained?limit=0")).Status);
    }

    [Fact]
    public async Task Every_path_of_the_document_answers_and_has_the_members_it_says()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        await MosquittoPub.SendAsync(broker.Endpoint, "topic", "x", 1, "-r");
        await MosquittoSub.SubscribeOnceAsync(broker.Endpoint, "-t", "a", "-q", "1", "-c", "-i", "clientId");
        await using TestClient client = await TestClient.OverTcpAsync(broker.Broker.Port);
        await client.ConnectAsync("here");
        JsonElement document = await OneAsync(broker, "/api/openapi.json");
        JsonElement schemas = document.GetProperty("components").GetProperty("schemas");

        foreach (JsonProperty path in document.GetProperty("paths").EnumerateObject())
        {
            string url = path.Name.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
            JsonElement answer = await OneAsync(broker, url);
            JsonElement schema = path.Value.GetProperty("get").GetProperty("responses").GetProperty("200")
                .GetProperty("content").GetProperty("application/json").GetProperty("schema");
            Check(path.Name, answer, schema, schemas);
        }
    }

    // Every member that an answer has is in the document.
    private static void Check(string where, JsonElement value, JsonElement schema, JsonElement schemas)
    {
        if (schema.TryGetProperty("$ref", out JsonElement reference))
            schema = schemas.GetProperty(reference.GetString()!.Split('/')[^1]);
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                Assert.True(value.GetArrayLength() > 0, $"{where} is empty");
                Check(where, value[0], schema.GetProperty("items"), schemas);
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    bool isKnown = schema.GetProperty("properties").TryGetProperty(member.Name, out JsonElement inner);
                    Assert.True(isKnown, $"{where}: {member.Name} is not in the document");
                    Check($"{where}.{member.Name}", member.Value, inner, schemas);
                }
                break;
            default:
                break;
        }
    }

    private static string? Text(JsonElement item, string name) => item.GetProperty(name).GetString();

    private static async Task<JsonElement> OneAsync(AdminBroker broker, string path)
    {
        (int status, string type, string text) = await broker.GetAsync(path);
        Assert.True(status == 200 && type == "application/json", $"{path}: {status} {type} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task<JsonElement[]> ItemsAsync(AdminBroker broker, string path) => (await PartAsync(broker, path)).Items;

    private static async Task<(JsonElement[] Items, string? Next)> PartAsync(AdminBroker broker, string path)
    {
        JsonElement page = await OneAsync(broker, path);
        string? next = page.TryGetProperty("next", out JsonElement value) ? value.GetString() : null;
        return ([.. page.GetProperty("items").EnumerateArray()], next);
    }
}
