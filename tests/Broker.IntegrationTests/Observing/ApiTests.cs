using System.Text.Json;
using Broker.IntegrationTests.Administration;
using Broker.IntegrationTests.Clients;
using Broker.Protocol;
using Broker.TestKit;

namespace Broker.IntegrationTests.Observing;

/// <summary>What the API on the admin listener says of what there is.</summary>
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
    public async Task What_changes_something_is_in_the_document_with_what_it_answers()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        await MosquittoPub.SendAsync(broker.Endpoint, "topic", "x", 1, "-r");
        JsonElement document = await OneAsync(broker, "/api/openapi.json");
        JsonElement schemas = document.GetProperty("components").GetProperty("schemas");
        using AdminApi api = new(broker.AdminPort);
        await using TestClient client = await TestClient.OverTcpAsync(broker.Broker.Port);
        await client.ConnectAsync("id");
        (string Path, HttpMethod Method, string? Body)[] all =
        [
            ("/api/publish", HttpMethod.Post, """{"topic": "a"}"""), ("/api/reload", HttpMethod.Post, null),
            ("/api/retained/{topic}", HttpMethod.Delete, null), ("/api/clients/{id}", HttpMethod.Delete, null),
            ("/api/sessions/{id}", HttpMethod.Delete, null),
            ("/api/bans", HttpMethod.Post, """{"as": "clientid", "who": "x", "reason": "r", "seconds": 9}"""),
            ("/api/bans", HttpMethod.Delete, null),
        ];

        foreach ((string path, HttpMethod method, string? body) in all)
        {
            JsonElement responses = document.GetProperty("paths").GetProperty(path)
                .GetProperty(method.Method.ToLowerInvariant()).GetProperty("responses");
            string url = path.Replace("{", "", StringComparison.Ordinal).TrimEnd('}');
            if (path == "/api/bans" && body is null) url += "?as=clientid&who=x";
            ApiAnswer answer = await api.SendAsync(method, url, body);
            // The session of a client that is gone went with it.
            Assert.Equal(path == "/api/sessions/{id}" ? 404 : 200, answer.Status);
            JsonElement content = responses.GetProperty($"{answer.Status}").GetProperty("content").GetProperty(answer.Type!);
            Check(path, answer.Json, content.GetProperty("schema"), schemas);
        }
    }

    [Fact]
    public async Task Every_path_of_the_document_answers_and_has_the_members_it_says()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(lines: static _ => "user root");
        await MosquittoPub.SendAsync(broker.Endpoint, "topic", "x", 1, "-r");
        await MosquittoSub.SubscribeOnceAsync(broker.Endpoint, "-t", "a", "-q", "1", "-c", "-i", "away");
        await using TestClient client = await TestClient.OverTcpAsync(broker.Broker.Port);
        await client.ConnectAsync("id");
        await client.SubscribeAsync("b", QualityOfService.AtLeastOnce);
        await MosquittoPub.SendAsync(broker.Endpoint, "b", "x", 1);
        using AdminApi api = new(broker.AdminPort);
        await api.PostAsync("/api/bans", """{"as": "clientid", "who": "x", "reason": "r", "seconds": 9}""");
        JsonElement document = await OneAsync(broker, "/api/openapi.json");
        JsonElement schemas = document.GetProperty("components").GetProperty("schemas");

        foreach (JsonProperty path in document.GetProperty("paths").EnumerateObject())
        {
            if (!path.Value.TryGetProperty("get", out JsonElement get) || path.Name is "/api/messages" or "/api/trace") continue;
            string url = path.Name.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
            JsonElement answer = await OneAsync(broker, url);
            JsonElement schema = get.GetProperty("responses").GetProperty("200")
                .GetProperty("content").GetProperty("application/json").GetProperty("schema");
            Check(path.Name, answer, schema, schemas);
        }
    }

    [Fact]
    public async Task Lists_that_are_asked_for_one_and_whoever_must_not_ask_are_answered_as_the_document_says()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        await MosquittoPub.SendAsync(broker.Endpoint, "topic", "x", 1, "-r");
        await using TestClient client = await TestClient.OverTcpAsync(broker.Broker.Port);
        await client.ConnectAsync("id");
        await client.SubscribeAsync("b", QualityOfService.AtLeastOnce);
        JsonElement document = await OneAsync(broker, "/api/openapi.json");
        JsonElement paths = document.GetProperty("paths");

        foreach (string one in (string[])["/api/clients?id=id", "/api/sessions?id=id", "/api/retained?topic=topic"])
        {
            string path = one.Split('?')[0];
            JsonElement responses = paths.GetProperty(path).GetProperty("get").GetProperty("responses");
            JsonElement schema = responses.GetProperty("200").GetProperty("content").GetProperty("application/json")
                .GetProperty("schema").GetProperty("oneOf")[1];
            Check(path, await OneAsync(broker, one), schema, document.GetProperty("components").GetProperty("schemas"));
            (int missing, string type, _) = await broker.GetAsync(one + "-x");
            Assert.Equal((404, "application/problem+json"), (missing, type.Split(';')[0]));
            Assert.True(responses.GetProperty("404").GetProperty("content").TryGetProperty("application/problem+json", out _));
        }
        foreach (JsonProperty path in paths.EnumerateObject())
        {
            if (!path.Value.TryGetProperty("get", out JsonElement get)) continue;
            Assert.Equal(403, (await broker.GetAsync(path.Name, host: "broker.example")).Status);
            Assert.True(get.GetProperty("responses").TryGetProperty("403", out _), path.Name);
        }
    }

    private static readonly string[] MayBeEmpty =
    [
        "/api/configuration.needsRestart", "/api/reload.changed", "/api/reload.needsRestart", "/api/reload.warnings",
        "/api/clients/{id}.queue.items", "/api/sessions/{id}.queue.items", "/api/clients.queue.items",
        "/api/sessions.queue.items", "/api/clients.inFlight", "/api/sessions.inFlight",
        "/api/retained/{topic}.properties.userProperties", "/api/retained.properties.userProperties",
    ];

    // Every member that an answer has is in the document.
    private static void Check(string where, JsonElement value, JsonElement schema, JsonElement schemas)
    {
        if (schema.TryGetProperty("$ref", out JsonElement reference))
            schema = schemas.GetProperty(reference.GetString()!.Split('/')[^1]);
        // A list comes first, one of it second.
        if (schema.TryGetProperty("oneOf", out JsonElement choices)) schema = choices[0];
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                Assert.True(value.GetArrayLength() > 0 || MayBeEmpty.Contains(where), $"{where} is empty");
                foreach (JsonElement item in value.EnumerateArray()) Check(where, item, schema.GetProperty("items"), schemas);
                break;
            case JsonValueKind.Object when schema.TryGetProperty("additionalProperties", out _):
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
