using System.Text.Json;
using Broker.IntegrationTests.Observing;
using Broker.Protocol;
using Broker.TestKit;

namespace Broker.IntegrationTests.Administration;

/// <summary>Who may change something, and the configuration seen and read again.</summary>
public sealed class AccessAndReloadTests
{
    private const string Token = "0123456789abcdef";
    private const string ReadToken = "fedcba9876543210";

    [Fact]
    public async Task Other_sites_change_nothing_whatever_the_browser_sends_along()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        using AdminApi api = new(broker.AdminPort);
        string own = $"http://127.0.0.1:{broker.AdminPort}";
        string[] refused =
        [
            "Origin: http://evil.example", "Origin: null", "Origin: http://127.0.0.1", "Origin: http://localhost:1",
            "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Host: evil.example",
        ];

        foreach (string header in refused) Assert.Equal(403, await PublishAsync(header));
        Assert.Equal(0, (await api.GetAsync("/api/retained")).Json.GetProperty("items").GetArrayLength());
        Assert.Equal(200, await PublishAsync($"Origin: {own}", "Sec-Fetch-Site: same-origin"));
        Assert.Equal(200, await PublishAsync());
        Assert.Equal(1, (await api.GetAsync("/api/retained")).Json.GetProperty("items").GetArrayLength());

        async Task<int> PublishAsync(params string[] headers) => (await api.SendAsync(
            HttpMethod.Post, "/api/publish", """{"topic": "a", "payload": "x", "retain": true}""", headers)).Status;
    }

    [Fact]
    public async Task Tokens_are_read_again_with_the_rest_and_some_are_to_read_with()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(static folder =>
            "admin_token_file " + folder.Write("tokens", $"ann:{Token}\nbob:{ReadToken}:read\n"));
        using AdminApi ann = new(broker.AdminPort, Token);
        using AdminApi bob = new(broker.AdminPort, ReadToken);
        using AdminApi eve = new(broker.AdminPort, "another-token-of-somebody");

        Assert.Equal((200, 200, 401), (await GetAsync(ann), await GetAsync(bob), await GetAsync(eve)));
        Assert.Equal((200, 403, 401), (await PublishAsync(ann), await PublishAsync(bob), await PublishAsync(eve)));
        await broker.Broker.Process.Log.WaitForAsync("Administrator ann [127.0.0.1:");
        broker.Broker.Folder.Write("tokens", "eve:another-token-of-somebody\n");
        Assert.Equal(200, (await ann.PostAsync("/api/reload")).Status);
        Assert.Equal((401, 401, 200), (await GetAsync(ann), await GetAsync(bob), await GetAsync(eve)));
        broker.Broker.Folder.Write("tokens", "eve:short\n");
        ApiAnswer broken = await eve.PostAsync("/api/reload");
        Assert.Equal(422, broken.Status);
        Assert.Contains("this token is too short", broken["detail"], StringComparison.Ordinal);
        Assert.Equal(200, await GetAsync(eve));

        static async Task<int> GetAsync(AdminApi api) => (await api.GetAsync("/api/figures")).Status;

        static async Task<int> PublishAsync(AdminApi api) =>
            (await api.PostAsync("/api/publish", """{"topic": "a"}""")).Status;
    }

    [Fact]
    public async Task A_reload_says_what_it_changed_what_needs_a_restart_and_which_line_is_wrong()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(lines: static _ => "max_inflight_messages 7");
        using AdminApi api = new(broker.AdminPort);
        string file = broker.Broker.Folder.File("mosquitto.conf");
        string text = await File.ReadAllTextAsync(file);

        string changedText = text.Replace("messages 7", "messages 9\npid_file /tmp/x.pid", StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, changedText);
        ApiAnswer good = await api.PostAsync("/api/reload");
        JsonElement holds = (await api.GetAsync("/api/configuration")).Json;
        await File.WriteAllTextAsync(file, "max_inflight_messages many\n" + text);
        ApiAnswer bad = await api.PostAsync("/api/reload");
        JsonElement findings = (await api.GetAsync("/api/configuration/findings")).Json;

        Assert.Equal(200, good.Status);
        JsonElement changed = Assert.Single(
            good.Json.GetProperty("changed").EnumerateArray(),
            static one => one.GetProperty("name").GetString() == "max_inflight_messages");
        Assert.Equal(("7", "9"), (changed.GetProperty("before").GetString(), changed.GetProperty("after").GetString()));
        Assert.Contains("pid_file", good.Json.GetProperty("needsRestart")[0].GetString(), StringComparison.Ordinal);
        JsonElement option = Assert.Single(
            holds.GetProperty("sections")[0].GetProperty("options").EnumerateArray(),
            static one => one.GetProperty("name").GetString() == "max_inflight_messages");
        Assert.Equal(("9", file, 1), (
            option.GetProperty("value").GetString(), option.GetProperty("file").GetString(),
            option.GetProperty("line").GetInt32()));
        Assert.Equal((422, "application/problem+json"), (bad.Status, bad.Type));
        Assert.Contains($"{file}:1:", bad.Json.GetProperty("errors").ToString(), StringComparison.Ordinal);
        Assert.Contains(
            findings.GetProperty("findings").EnumerateArray(),
            static one => one.GetProperty("severity").GetString() == "error" && one.GetProperty("line").GetInt32() == 1);
    }

    [Fact]
    public async Task Secrets_of_the_configuration_are_not_shown()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(
            lines: static _ => "otlp_endpoint http://127.0.0.1:9/v1/metrics\notlp_header Authorization=Bearer hush");
        using AdminApi api = new(broker.AdminPort);

        string text = (await api.GetAsync("/api/configuration")).Text;

        Assert.Contains("Authorization=***", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Figures_count_what_happens()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(
            lines: static folder => $"persistence true\npersistence_location {folder.Path}");
        using AdminApi api = new(broker.AdminPort);
        await using TestClient client = await TestClient.OverTcpAsync(broker.Broker.Port, ProtocolVersion.Mqtt50);
        await client.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", QualityOfService.AtLeastOnce);
        await api.PostAsync("/api/publish", """{"topic": "a", "payload": "x", "qos": 1}""");
        await client.ReadAsync<ReceivedPublish>();

        JsonElement first = (await api.GetAsync("/api/figures")).Json;
        JsonElement figures = first;
        // They are read at most twice a second, and the metrics may have asked before the client came.
        using CancellationTokenSource patience = new(TestTime.Patience);
        while (figures.GetProperty("inFlight").GetInt32() == 0 && !patience.IsCancellationRequested)
            figures = (await api.GetAsync("/api/figures")).Json;

        Assert.Equal((1, 1, 1, 1, 1), (
            figures.GetProperty("connections").GetInt32(), figures.GetProperty("sessionsOnline").GetInt32(),
            figures.GetProperty("subscriptions").GetInt32(), figures.GetProperty("inFlight").GetInt32(),
            figures.GetProperty("messagesSent").GetInt32()));
        JsonElement store = figures.GetProperty("store");
        Assert.True(store.GetProperty("up").GetBoolean());
        Assert.True(store.GetProperty("commits").GetInt64() > 0);
        // Of the commits since it was asked before.
        Assert.InRange(first.GetProperty("store").GetProperty("commitP99Seconds").GetDouble(), 0, 10);
        Assert.Equal(0, figures.GetProperty("dropped").GetProperty("queue_messages").GetInt32());
    }
}
