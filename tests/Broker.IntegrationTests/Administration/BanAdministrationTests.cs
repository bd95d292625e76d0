using System.Text.Json;
using Broker.Cli;
using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Durability;
using Broker.IntegrationTests.Fixtures;
using Broker.IntegrationTests.Observing;
using Broker.Protocol;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Administration;

/// <summary>Bans over the API and the command line, against clients of other people.</summary>
public sealed class BanAdministrationTests
{
    private const int NotAuthorised = 5;

    [Fact]
    public async Task A_client_is_banned_disconnected_listed_and_let_in_again()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(
            static folder => $"admin_token_file {folder.Write("tokens", "ann:0123456789abcdef\n")}");
        using AdminApi api = new(broker.AdminPort, "0123456789abcdef");
        await using TestClient client = await TestClient.OverTcpAsync(broker.Broker.Port, ProtocolVersion.Mqtt50);
        await client.ConnectAsync("s/7", static packet => packet with { SessionExpiryIntervalSeconds = 100 });

        ApiAnswer banned = await api.PostAsync(
            "/api/bans", """{"as": "clientid", "who": "s/7", "reason": "floods", "seconds": 600}""");
        await client.ExpectDisconnectAsync(ReasonCode.AdministrativeAction);
        ProcessRun refused = await MosquittoPub.RunAsync(broker.Endpoint, "-i", "s/7", "-t", "a", "-m", "x");
        ProcessRun refusedV5 = await MosquittoPub.RunAsync(broker.Endpoint, "-V", "5", "-i", "s/7", "-t", "a", "-m", "x");
        ApiAnswer list = await api.GetAsync("/api/bans?filter=FLOOD*");
        double? gauge = await MetricAsync(api, "broker_bans{as=\"clientid\"}");
        ApiAnswer replaced = await api.PostAsync("/api/bans", """{"as": "clientid", "who": "s/7"}""");
        ApiAnswer lifted = await api.DeleteAsync("/api/bans?as=clientid&who=s%2F7");
        ApiAnswer again = await api.DeleteAsync("/api/bans?as=clientid&who=s%2F7");

        Assert.Equal((200, "False", "1", "0"), (
            banned.Status, banned["replaced"], banned["disconnected"], banned["sessionsDeleted"]));
        Assert.Equal(NotAuthorised, refused.ExitCode);
        Assert.Contains("Connection Refused: not authorised", refused.ToString(), StringComparison.Ordinal);
        Assert.Equal((int)ReasonCode.Banned, refusedV5.ExitCode);
        JsonElement ban = Assert.Single(list.Json.GetProperty("items").EnumerateArray());
        Assert.Equal(
            ("clientid", "s/7", "ann", "floods"),
            (Text(ban, "as"), Text(ban, "who"), Text(ban, "by"), Text(ban, "reason")));
        Assert.InRange(ban.GetProperty("remainingSeconds").GetInt64(), 500, 600);
        Assert.Equal(1, gauge);
        Assert.Equal((200, "True"), (replaced.Status, replaced["replaced"]));
        Assert.False(replaced.Json.GetProperty("ban").TryGetProperty("until", out _));
        Assert.Equal((200, "s/7", 404), (lifted.Status, lifted["who"], again.Status));
        await MosquittoPub.SendAsync(broker.Endpoint, "a", "x", 1, "-i", "s/7");
        await broker.Broker.Process.Log.WaitForAsync("ban 'clientid s/7': banned for 600 seconds, 1 disconnected");
        await broker.Broker.Process.Log.WaitForAsync("lift ban 'clientid s/7': lifted, it was made by ann");
    }

    [Fact]
    public async Task Sessions_of_a_user_are_deleted_when_that_is_asked_for()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        using AdminApi api = new(broker.AdminPort);
        foreach (string id in (string[])["u1", "u2", "other"])
        {
            string user = id == "other" ? "bob" : "ann";
            await MosquittoSub.SubscribeOnceAsync(broker.Endpoint, "-i", id, "-u", user, "-c", "-q", "1", "-t", "a");
        }

        ApiAnswer kept = await api.PostAsync("/api/bans", """{"as": "username", "who": "ann"}""");
        int before = (await api.GetAsync("/api/sessions")).Json.GetProperty("items").GetArrayLength();
        ApiAnswer deleted = await api.PostAsync("/api/bans", """{"as": "username", "who": "ann", "delete_sessions": true}""");
        JsonElement left = (await api.GetAsync("/api/sessions")).Json.GetProperty("items");

        Assert.Equal(("0", 3, "2"), (kept["sessionsDeleted"], before, deleted["sessionsDeleted"]));
        Assert.Equal("other", Text(Assert.Single(left.EnumerateArray()), "clientId"));
        Assert.Equal(
            NotAuthorised, (await MosquittoPub.RunAsync(broker.Endpoint, "-u", "ann", "-t", "a", "-m", "x")).ExitCode);
    }

    [Fact]
    [Directive("max_bans")]
    public async Task More_than_max_bans_are_refused_and_what_is_wrong_is_named()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(lines: static _ => "max_bans 2");
        using AdminApi api = new(broker.AdminPort);
        await api.PostAsync("/api/bans", """{"as": "clientid", "who": "1"}""");
        await api.PostAsync("/api/bans", """{"as": "peerhost_net", "who": "10.0.0.0/8"}""");

        ApiAnswer full = await api.PostAsync("/api/bans", """{"as": "clientid", "who": "3"}""");
        ApiAnswer wrong = await api.PostAsync("/api/bans", """{"as": "peerhost_net", "who": "10.0.0.1/8"}""");
        ApiAnswer parts = await api.GetAsync("/api/bans?limit=1");
        ApiAnswer rest = await api.GetAsync($"/api/bans?limit=1&after={Uri.EscapeDataString(parts["next"]!)}");
        ApiAnswer some = await api.GetAsync("/api/bans?as=peerhost_net");

        Assert.Equal(507, full.Status);
        Assert.Contains("There are 2 bans, and 'max_bans' is 2", full["detail"], StringComparison.Ordinal);
        Assert.Equal((400, "who"), (wrong.Status, wrong["field"]));
        Assert.Contains("the network is 10.0.0.0/8", wrong["detail"], StringComparison.Ordinal);
        Assert.Equal(("1", "10.0.0.0/8"), (Who(parts), Who(rest)));
        Assert.Equal("10.0.0.0/8", Who(some));
        Assert.Equal(400, (await api.GetAsync("/api/bans?as=colour")).Status);
        await MosquittoPub.SendAsync(broker.Endpoint, "a", "x", 1, "-i", "3");
    }

    [Fact]
    public async Task The_command_line_lists_adds_and_removes()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        string file = broker.Broker.Folder.File("mosquitto.conf");
        await using TestClient client = await TestClient.OverTcpAsync(broker.Broker.Port, ProtocolVersion.Mqtt50);
        await client.ConnectAsync("a b");

        (int kept, string keptSaid, _) = await RunAsync("bans", "add", "username", "ann", "--no-disconnect", "-c", file);
        (int added, string said, _) = await RunAsync(
            "bans", "add", "clientid", "a b", "--reason", "floods", "--seconds", "86401", "--delete-sessions", "-c", file);
        await client.ExpectDisconnectAsync(ReasonCode.AdministrativeAction);
        (_, string list, _) = await RunAsync("bans", "list", "-c", file);
        (_, string json, _) = await RunAsync("bans", "list", "flood", "--output", "json", "-c", file);
        (int removed, string gone, _) = await RunAsync("bans", "remove", "clientid", "a b", "-c", file);
        (int again, _, string error) = await RunAsync("bans", "remove", "clientid", "a b", "-c", file);
        (int wrong, _, string why) = await RunAsync("bans", "add", "peerhost", "10.0.0.0/8", "-c", file);
        (int usage, _, string help) = await RunAsync("bans", "add", "clientid", "-c", file);

        Assert.Equal((0, 0, 0, 1, 1, 3), (kept, added, removed, again, wrong, usage));
        Assert.Equal("Banned username ann for ever; 0 disconnected, 0 sessions deleted.\n", keptSaid);
        Assert.StartsWith("Banned clientid a b until 20", said, StringComparison.Ordinal);
        Assert.EndsWith("; 1 disconnected, 1 sessions deleted.\n", said, StringComparison.Ordinal);
        Assert.Equal(
            "AS        WHO  ENDS IN  BY     REASON\nclientid  a b  1d00h    local  floods\nusername  ann  -        local  -\n",
            list);
        Assert.Equal("a b", Text(Assert.Single(JsonDocument.Parse(json).RootElement.EnumerateArray()), "who"));
        Assert.Equal("Lifted the ban of clientid a b.\n", gone);
        Assert.Contains("answers 404: There is no ban of clientid 'a b'.", error, StringComparison.Ordinal);
        Assert.Contains("'10.0.0.0/8' is a network: as is peerhost_net for those", why, StringComparison.Ordinal);
        Assert.Contains("Usage: broker ctl bans list", help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bans_are_there_after_a_kill_and_those_that_ended_meanwhile_are_not()
    {
        int adminPort = FreePorts.Take();
        await using DurableBroker broker = new($"admin_listener {adminPort}");
        await broker.StartAsync();
        using AdminApi api = new(adminPort);
        DateTimeOffset soon = DateTimeOffset.UtcNow.AddMilliseconds(300);
        foreach (string body in (string[])
        [
            """{"as": "clientid", "who": "c", "reason": "r"}""",
            """{"as": "peerhost_net", "who": "2001:db8::/32", "seconds": 900}""",
            """{"as": "username", "who": "lifted"}""",
        ])
            Assert.Equal(200, (await api.PostAsync("/api/bans", body)).Status);
        Assert.Equal(200, (await api.DeleteAsync("/api/bans?as=username&who=lifted")).Status);
        await api.PostAsync("/api/bans", "{\"as\": \"clientid\", \"who\": \"short\", \"until\": \"" + $"{soon:O}" + "\"}");
        await broker.Process.KillAsync();

        await broker.StartAsync();
        while (DateTimeOffset.UtcNow < soon) await Task.Yield();

        JsonElement[] bans = [.. (await api.GetAsync("/api/bans")).Json.GetProperty("items").EnumerateArray()];
        Assert.Equal(["c", "2001:db8::/32"], bans.Select(static ban => Text(ban, "who")));
        Assert.Equal(("local", "r"), (Text(bans[0], "by"), Text(bans[0], "reason")));
        Assert.Equal(NotAuthorised, (await MosquittoPub.RunAsync(broker.Endpoint, "-i", "c", "-t", "a", "-m", "x")).ExitCode);
        await MosquittoPub.SendAsync(broker.Endpoint, "a", "x", 1, "-i", "short");
    }

    // Before TLS, whose handshake is work; and by what a proxy says of its client.
    [Fact]
    public async Task A_banned_address_is_closed_before_its_handshake_and_behind_a_proxy_it_is_the_clients()
    {
        int tlsPort = FreePorts.Take();
        int proxyPort = FreePorts.Take();
        await using AdminBroker broker = await AdminBroker.StartAsync(lines: folder =>
        {
            CertificateFiles certificates = CertificateFiles.CreateIn(folder.Path);
            return $"listener {proxyPort} 127.0.0.1\nenable_proxy_protocol 1\n"
                + $"listener {tlsPort} 127.0.0.1\n"
                + $"certfile {certificates.Server}\nkeyfile {certificates.ServerKey}\n";
        });
        using AdminApi api = new(broker.AdminPort);
        await api.PostAsync("/api/bans", """{"as": "peerhost_net", "who": "192.0.2.0/24"}""");

        await using (TestClient proxied = await TestClient.OverTcpAsync(proxyPort))
        {
            await proxied.SendBytesAsync("'PROXY TCP4 192.0.2.7 192.0.2.1 50000 1883' 0D 0A");
            await proxied.ExpectEndAsync();
        }
        await using (TestClient proxied = await TestClient.OverTcpAsync(proxyPort))
        {
            await proxied.SendBytesAsync("'PROXY TCP4 198.51.100.7 192.0.2.1 50000 1883' 0D 0A");
            await proxied.ConnectAsync("let in");
        }
        await api.PostAsync("/api/bans", """{"as": "peerhost", "who": "127.0.0.1"}""");
        await using TestClient direct = await TestClient.OverTcpAsync(tlsPort);
        await direct.ExpectEndAsync();

        Assert.Equal(1, await broker.MetricAsync("broker_bans_met_total{as=\"peerhost_net\"}"));
        Assert.Equal(1, await broker.MetricAsync("broker_bans_met_total{as=\"peerhost\"}"));
        string handshakes = string.Join('\n', (await broker.GetAsync("/metrics")).Text.Split('\n')
            .Where(static line => line.StartsWith("broker_tls_handshakes_total", StringComparison.Ordinal)));
        Assert.All(handshakes.Split('\n'), static line => Assert.EndsWith(" 0", line, StringComparison.Ordinal));
    }

    private static string? Text(JsonElement item, string name) => item.GetProperty(name).GetString();

    private static string? Who(ApiAnswer page) => Text(Assert.Single(page.Json.GetProperty("items").EnumerateArray()), "who");

    private static async Task<double?> MetricAsync(AdminApi api, string sample)
    {
        string? line = (await api.GetAsync("/metrics")).Text.Split('\n')
            .FirstOrDefault(line => line.StartsWith(sample + " ", StringComparison.Ordinal));
        return line is null
            ? null
            : double.Parse(line[(sample.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<(int Status, string Output, string Error)> RunAsync(params string[] words)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        using CancellationTokenSource stop = new(TestTime.ProcessPatience);
        int status = await new CtlCommand(new StandardStreams(TextReader.Null, output, error)).RunAsync(words, stop.Token);
        return (status, output.ToString(), error.ToString());
    }
}
