using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Broker.IntegrationTests.Fixtures;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Administration;

/// <summary>mosquitto's HTTP API on a listener with <c>protocol http_api</c>.</summary>
public sealed class HttpApiTests
{
    [Fact]
    public async Task Version_listeners_and_systree_are_answered_in_mosquittos_shape()
    {
        int port = FreePorts.Take();
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync(
            $"listener {port} 127.0.0.1\nprotocol http_api");

        (int status, string version, string? origin) = await GetAsync(port, "/api/v1/version");
        JsonElement listeners = JsonDocument.Parse((await GetAsync(port, "/api/v1/listeners")).Text).RootElement;
        JsonElement tree = JsonDocument.Parse((await GetAsync(port, "/api/v1/systree")).Text).RootElement;

        Assert.Equal((200, "*"), (status, origin));
        Assert.Matches(@"^\d+\.\d+", version);
        Assert.Equal(
            [(broker.Port, "mqtt", false, false, true), (port, "httpapi", false, false, true)],
            listeners.GetProperty("listeners").EnumerateArray().Select(static one => (
                one.GetProperty("port").GetInt32(), one.GetProperty("protocol").GetString(), one.GetProperty("tls").GetBoolean(),
                one.GetProperty("mtls").GetBoolean(), one.GetProperty("allow_anonymous").GetBoolean())));
        foreach (string topic in (string[])["clients/total", "messages/received", "uptime", "heap/current", "clients/connected"])
            Assert.Equal(JsonValueKind.Number, tree.GetProperty($"$SYS/broker/{topic}").ValueKind);
        Assert.Equal((404, "Not found.\n"), Short(await GetAsync(port, "/api/v1/other")));
        Assert.Equal((404, "Not found.\n"), Short(await GetAsync(port, "/")));
        Assert.Equal((405, "Invalid HTTP Method\n"), Short(await GetAsync(port, "/api/v1/version", method: HttpMethod.Post)));
        await broker.Process.Log.WaitForAsync($"Opening http api listen socket on port {port}.");
    }

    [Fact]
    public async Task Users_and_the_access_list_are_those_of_MQTT_and_http_dir_is_served()
    {
        int port = FreePorts.Take();
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((mqtt, folder) =>
        {
            Directory.CreateDirectory(folder.File("site"));
            File.WriteAllText(folder.File("site/index.html"), "hello");
            return $"allow_plain_text_passwords true\nallow_anonymous false\n"
                + $"password_file {folder.Write("passwords", "ann:secret\nbob:secret\n")}\n"
                + $"acl_file {folder.Write("acl", "user ann\ntopic read /api/v1/version\ntopic read /\n")}\n"
                + $"listener {mqtt} 127.0.0.1\nlistener {port} 127.0.0.1\nprotocol http_api\nhttp_dir {folder.File("site")}\n";
        });

        Assert.Equal((401, "Not authorised\n"), Short(await GetAsync(port, "/api/v1/version")));
        Assert.Equal(200, (await GetAsync(port, "/api/v1/version", "ann:secret")).Status);
        Assert.Equal(401, (await GetAsync(port, "/api/v1/version", "ann:wrong")).Status);
        Assert.Equal(401, (await GetAsync(port, "/api/v1/systree", "ann:secret")).Status);
        Assert.Equal(401, (await GetAsync(port, "/api/v1/version", "bob:secret")).Status);
        Assert.Equal((200, "hello"), Short(await GetAsync(port, "/", "ann:secret")));
    }

    [Fact]
    public async Task A_service_that_is_asked_about_clients_is_asked_about_paths_too()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(static async context =>
        {
            JsonElement question = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
            string asked = question.GetProperty(context.Request.Path == "/auth" ? "username" : "topic").GetString()!;
            context.Response.StatusCode = asked is "ann" or "/api/v1/version" ? 200 : 403;
        });
        int port = FreePorts.Take();
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((mqtt, _) =>
            $"http_auth_url {server.Url}auth\nhttp_acl_url {server.Url}acl\nhttp_auth_format json\n"
            + $"listener {mqtt} 127.0.0.1\nlistener {port} 127.0.0.1\nprotocol http_api\n");

        Assert.Equal(200, (await GetAsync(port, "/api/v1/version", "ann:secret")).Status);
        Assert.Equal(401, (await GetAsync(port, "/api/v1/systree", "ann:secret")).Status);
        Assert.Equal(401, (await GetAsync(port, "/api/v1/version", "bob:secret")).Status);
    }

    private static (int, string) Short((int Status, string Text, string? Origin) answer) => (answer.Status, answer.Text);

    private static async Task<(int Status, string Text, string? Origin)> GetAsync(
        int port, string path, string? user = null, HttpMethod? method = null)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(method ?? HttpMethod.Get, $"http://127.0.0.1:{port}{path}");
        if (user is not null)
        {
            string pair = Convert.ToBase64String(Encoding.UTF8.GetBytes(user));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", pair);
        }
        using HttpResponseMessage response = await http.SendAsync(request);
        response.Headers.TryGetValues("Access-Control-Allow-Origin", out IEnumerable<string>? origins);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), origins?.Single());
    }
}
