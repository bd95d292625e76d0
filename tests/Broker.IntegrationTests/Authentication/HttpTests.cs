using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;
using Broker.IntegrationTests.Reload;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Processes;
using Microsoft.AspNetCore.Http;
using Endpoint = Broker.IntegrationTests.Clients.Endpoint;

namespace Broker.IntegrationTests.Authentication;

/// <summary>
/// A service over HTTP that says who may connect and do what, for the built executable and other people's clients.
/// </summary>
public sealed class HttpTests
{
    [Theory]
    [InlineData("json")]
    [InlineData("form")]
    [Directive("http_auth_url"), Directive("http_acl_url"), Directive("http_auth_format")]
    public async Task Mosquittos_tools_get_in_and_do_what_the_service_allows(string format)
    {
        await using TestWebServer server = await TestWebServer.StartAsync(async context =>
        {
            Func<string, string> field = await FieldsAsync(context);
            string path = context.Request.Path;
            bool isAllowed = path == "/auth"
                ? field("username") == "ann" && field("password") == "secret" && field("ipaddress") == "127.0.0.1"
                : field("topic").StartsWith("room/", StringComparison.Ordinal) && field("acc") is "2" or "4";
            context.Response.StatusCode = isAllowed ? 200 : 403;
        });
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((port, _) =>
            $"listener {port} 127.0.0.1\nhttp_auth_format {format}\n"
            + $"http_auth_url {server.Url}auth\nhttp_acl_url {server.Url}acl\n");
        Endpoint ann = new(broker.Port) { User = ("ann", "secret"), Version = "mqttv5" };
        await using MosquittoSub sub = await MosquittoSub.StartAsync(ann, "%t %p", "-t", "room/#", "-C", "2", "-q", "1");

        await MosquittoPub.SendAsync(ann, "room/1", "one", 1);
        Assert.Contains(
            "Not authorized", (await MosquittoPub.RunAsync(ann, "-t", "other", "-m", "x", "-q", "1")).ToString(),
            StringComparison.OrdinalIgnoreCase);
        await MosquittoPub.SendAsync(ann, "room/2", "two", 2);

        Assert.Equal(["room/1 one", "room/2 two"], await sub.AllAsync());
        Endpoint wrong = ann with { User = ("ann", "wrong") };
        Assert.NotEqual(0, (await MosquittoPub.RunAsync(wrong, "-t", "room/1", "-m", "x")).ExitCode);
    }

    [Fact]
    [Directive("http_auth_concurrency")]
    public async Task A_thousand_clients_at_once_are_asked_about_a_few_at_a_time()
    {
        const int Clients = 1000;
        int now = 0, most = 0;
        Lock counting = new();
        await using TestWebServer server = await TestWebServer.StartAsync(async context =>
        {
            lock (counting) most = Math.Max(most, ++now);
            Func<string, string> field = await FieldsAsync(context);
            lock (counting) now--;
            context.Response.StatusCode = field("username") == field("password") ? 204 : 401;
        });
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((port, _) =>
            $"listener {port} 127.0.0.1\nhttp_auth_url {server.Url}\nhttp_auth_concurrency 8\nhttp_auth_timeout 20\n");

        ReasonCode[] answers = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async i =>
        {
            await using TestClient client = await TestClient.OverTcpAsync(broker.Port, ProtocolVersion.Mqtt50);
            // Every tenth is a stranger.
            return await AnswerAsync(client, $"{i}", $"{i}", i % 10 == 0 ? "wrong" : $"{i}");
        }));

        Assert.Equal(Clients / 10, answers.Count(answer => answer == ReasonCode.NotAuthorized));
        Assert.Equal(Clients - (Clients / 10), answers.Count(answer => answer == ReasonCode.Success));
        Assert.Equal(Clients, server.Requests);
        Assert.InRange(most, 1, 8);
    }

    [Fact]
    [Directive("http_auth_timeout")]
    public async Task A_service_that_hangs_or_is_gone_refuses_in_time_and_others_are_served_meanwhile()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(TestWebServer.HangAsync);
        await using ReloadedBroker broker = await ReloadedBroker.StartAsync(it =>
            $"listener {it.Port} 127.0.0.1\npassword_file {it.Passwords}\nhttp_auth_url {server.Url}\nhttp_auth_timeout 1\n");
        List<TestClient> waiting = [];
        List<Task<ReasonCode>> answers = [];
        for (int i = 0; i < 100; i++)
        {
            TestClient client = await TestClient.OverTcpAsync(broker.Port, ProtocolVersion.Mqtt50);
            waiting.Add(client);
            answers.Add(AnswerAsync(client, $"{i}", "eve", "secret"));
        }

        await using TestClient ann = await broker.ConnectAsync("ann");
        await ann.SubscribeAsync("a");
        await ann.PublishAsync(new("a", "served"));
        await ann.ExpectPublishAsync("a", "served");

        Assert.All(await Task.WhenAll(answers), answer => Assert.Equal(ReasonCode.ServerUnavailable, answer));
        await broker.Log.WaitForAsync("does not answer as it should: no answer within 1 seconds.");
        foreach (TestClient client in waiting) await client.DisposeAsync();
        server.Answer = TestWebServer.Text("ok");
        await using TestClient again = await TestClient.OverTcpAsync(broker.Port, ProtocolVersion.Mqtt50);
        Assert.Equal(ReasonCode.Success, await AnswerAsync(again, "again", "eve", "secret"));
        await broker.Log.WaitForAsync("answers again.");
    }

    [Fact]
    [Directive("http_auth_cafile")]
    public async Task A_service_over_https_is_asked_only_if_its_authority_is_known()
    {
        using Certificates authority = Certificates.NewAuthority();
        using X509Certificate2 certificate = authority.Server();
        await using TestWebServer server = await TestWebServer.StartAsync(TestWebServer.Text("ok"), certificate);
        int other = FreePorts.Take();
        await using ConfiguredBroker broker = await StartTwoAsync(
            server, other, folder => $"http_auth_cafile {folder.Write("ca.pem", authority.AuthorityPem)}");

        Assert.Equal(ReasonCode.Success, await AnswerAsync(broker.Port));
        Assert.Equal(1, server.Requests);
        Assert.Equal(ReasonCode.ServerUnavailable, await AnswerAsync(other));
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    [Directive("http_auth_cache")]
    public async Task A_yes_that_is_not_remembered_is_asked_for_each_time()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(TestWebServer.Text("ok"));
        int other = FreePorts.Take();
        await using ConfiguredBroker broker = await StartTwoAsync(server, other, _ => "http_auth_cache 0");

        foreach ((int port, int requests) in ((int, int)[])[(broker.Port, 1), (broker.Port, 2), (other, 3), (other, 3)])
        {
            Assert.Equal(ReasonCode.Success, await AnswerAsync(port));
            Assert.Equal(requests, server.Requests);
        }
        server.Answer = TestWebServer.Text("deny");
        Assert.Equal(ReasonCode.NotAuthorized, await AnswerAsync(broker.Port));
        Assert.Equal(ReasonCode.Success, await AnswerAsync(other));
    }

    [Fact]
    public async Task A_reload_forgets_answers_and_ends_what_a_service_let_in_that_is_asked_no_more()
    {
        bool isAllowed = true;
        await using TestWebServer server = await TestWebServer.StartAsync(async context =>
        {
            Func<string, string> field = await FieldsAsync(context);
            bool isTopic = context.Request.Path == "/acl";
            await TestWebServer.Text(isTopic && field("action") == "publish" && !isAllowed ? "deny" : "allow")(context);
        });
        await using ReloadedBroker broker = await ReloadedBroker.StartAsync(it =>
            $"listener {it.Port} 127.0.0.1\npassword_file {it.Passwords}\n");
        string url = $"http_auth_url {server.Url}auth\nhttp_acl_url {server.Url}acl";
        broker.Write(url);
        await broker.ReloadAsync();
        await using TestClient ann = await broker.ConnectAsync("ann");
        await using TestClient eve = await TestClient.OverTcpAsync(broker.Port, ProtocolVersion.Mqtt50);
        Assert.Equal(ReasonCode.Success, await AnswerAsync(eve, "eve", "eve", "secret"));
        await PublishAsync(eve, ReasonCode.NoMatchingSubscribers);
        isAllowed = false;
        await PublishAsync(eve, ReasonCode.NoMatchingSubscribers);

        await broker.ReloadAsync();
        await PublishAsync(eve, ReasonCode.NotAuthorized);
        await PublishAsync(ann, ReasonCode.NotAuthorized);
        broker.Write("");
        await broker.ReloadAsync();

        await eve.ExpectDisconnectAsync(ReasonCode.NotAuthorized);
        await PublishAsync(ann, ReasonCode.NoMatchingSubscribers);
    }

    private static async Task PublishAsync(TestClient client, ReasonCode expected)
    {
        ushort id = await client.PublishAsync(new("a", "x", QualityOfService.AtLeastOnce));
        await client.ExpectAckAsync(PacketType.PubAck, id, expected);
    }

    /// <summary>A listener that asks a service, with a line of its own, and one without it.</summary>
    private static Task<ConfiguredBroker> StartTwoAsync(TestWebServer server, int other, Func<TemporaryFolder, string> line) =>
        ConfiguredBroker.StartAsync((port, folder) => $"""
            per_listener_settings true
            listener {port} 127.0.0.1
            http_auth_url {server.Url}
            {line(folder)}
            listener {other} 127.0.0.1
            http_auth_url {server.Url}

            """);

    private static async Task<ReasonCode> AnswerAsync(int port)
    {
        await using TestClient client = await TestClient.OverTcpAsync(port, ProtocolVersion.Mqtt50);
        return await AnswerAsync(client, "c", "eve", "secret");
    }

    private static async Task<ReasonCode> AnswerAsync(TestClient client, string clientId, string user, string password)
    {
        ConnAckPacket answer = await client.TryConnectAsync(
            clientId, packet => packet with { UserName = user, Password = ReloadedBroker.Bytes(password) });
        return answer.ReasonCode;
    }

    private static async Task<Func<string, string>> FieldsAsync(HttpContext context)
    {
        using StreamReader reader = new(context.Request.Body);
        string body = await reader.ReadToEndAsync();
        if (context.Request.ContentType == "application/json")
        {
            JsonElement json = JsonDocument.Parse(body).RootElement;
            return name => json.TryGetProperty(name, out JsonElement value) ? value.ToString() : "";
        }
        Dictionary<string, string> form = body.Split('&').Select(field => field.Split('='))
            .ToDictionary(parts => parts[0], parts => Uri.UnescapeDataString(parts[1]), StringComparer.Ordinal);
        return name => form.GetValueOrDefault(name, "");
    }
}
