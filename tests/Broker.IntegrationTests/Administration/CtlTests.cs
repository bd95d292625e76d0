using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Broker.Cli;
using Broker.IntegrationTests.Observing;
using Broker.Protocol;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Administration;

/// <summary><c>broker ctl</c> against a running broker.</summary>
public sealed class CtlTests
{
    private const string Token = "0123456789abcdef";

    [Fact]
    public async Task Clients_are_listed_kicked_and_their_sessions_deleted()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        await using TestClient client = await TestClient.OverTcpAsync(broker.Broker.Port, ProtocolVersion.Mqtt50);
        await client.ConnectAsync("a/b", static packet => packet with { UserName = "ann", SessionExpiryIntervalSeconds = 100 });
        await client.SubscribeAsync("jobs/#", QualityOfService.AtLeastOnce);
        string file = broker.Broker.Folder.File("mosquitto.conf");

        (int status, string list, _) = await RunAsync("clients", "-c", file);
        (_, string json, _) = await RunAsync("sessions", "a/*", "--output", "json", "-c", file);
        (_, string session, _) = await RunAsync("session", "a/b", "-c", file);
        (int kicked, string said, _) = await RunAsync("kick", "a/b", "-c", file);
        await client.ExpectDisconnectAsync(ReasonCode.AdministrativeAction);
        (int again, _, string error) = await RunAsync("kick", "a/b", "-c", file);
        (int deleted, _, _) = await RunAsync("delete-session", "a/b", "-c", file);

        Assert.Equal(0, status);
        string[] lines = list.TrimEnd('\n').Split('\n');
        Assert.StartsWith("CLIENT  USER  ADDRESS ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("a/b     ann   127.0.0.1:", lines[1], StringComparison.Ordinal);
        JsonElement one = Assert.Single(JsonDocument.Parse(json).RootElement.EnumerateArray());
        Assert.Equal("a/b", one.GetProperty("clientId").GetString());
        Assert.Contains("jobs/#", session, StringComparison.Ordinal);
        Assert.Equal((0, "Client a/b disconnected.\n"), (kicked, said));
        Assert.Equal(1, again);
        const string NotThere = "answers 404: No client with the client id 'a/b' is connected.\n";
        Assert.Equal($"Error: http://127.0.0.1:{broker.AdminPort}/ {NotThere}", error);
        Assert.Equal(0, deleted);
        Assert.DoesNotContain("a/b", (await RunAsync("sessions", "-c", file)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_are_published_retained_followed_and_deleted()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        string url = $"http://127.0.0.1:{broker.AdminPort}";
        await using TestClient reader = await TestClient.OverTcpAsync(broker.Broker.Port, ProtocolVersion.Mqtt50);
        await reader.ConnectAsync("reader");
        await reader.SubscribeAsync("a/#");

        (int status, string said, _) = await RunAsync("publish", "a/b", "hello", "-r", "-q", "1", "--content-type", "t",
            "--user-property", "n=v=w", "--url", url);
        ReceivedPublish got = await reader.ReadAsync<ReceivedPublish>();
        (_, string list, _) = await RunAsync("retained", "a/+", "--url", url);
        (_, string shown, _) = await RunAsync("retained", "--show", "a/b", "--url", url);
        (_, string heard, _) = await RunAsync("subscribe", "a/#", "-v", "-C", "1", "--url", url);
        (_, string json, _) = await RunAsync("subscribe", "a/#", "-C", "1", "--output", "json", "--url", url);
        (_, string gone, _) = await RunAsync("retained", "--delete", "a/#", "--url", url);

        Assert.Equal((0, "Published to 1 subscribers.\n"), (status, said));
        Assert.Equal(("hello", "t", "v=w"), (got.Text, got.ContentType, Assert.Single(got.UserProperties).Value));
        Assert.Equal("TOPIC  QOS  BYTES  FROM\na/b      1      5     -\n", list);
        Assert.Equal(("hello\n", "a/b hello\n"), (shown, heard));
        Assert.Equal("a/b", JsonDocument.Parse(json).RootElement.GetProperty("topic").GetString());
        Assert.Equal("Deleted 1 retained messages.\n", gone);
    }

    [Fact]
    public async Task A_reload_and_its_errors_are_told_line_by_line()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(lines: static _ => "max_inflight_messages 7");
        string file = broker.Broker.Folder.File("mosquitto.conf");
        string url = $"http://127.0.0.1:{broker.AdminPort}";
        string text = await File.ReadAllTextAsync(file);

        await File.WriteAllTextAsync(file, text.Replace("messages 7", "messages 8", StringComparison.Ordinal));
        (int good, string said, _) = await RunAsync("reload", "--url", url);
        await File.WriteAllTextAsync(file, "nonsense\n" + text);
        (int bad, _, string error) = await RunAsync("reload", "--url", url);

        Assert.Equal(0, good);
        Assert.Contains("the whole broker: max_inflight_messages: 7 -> 8\n", said, StringComparison.Ordinal);
        Assert.EndsWith("Reloaded.\n", said, StringComparison.Ordinal);
        Assert.Equal(1, bad);
        Assert.Contains($"{file}:1:1: error: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_and_certificates_are_found_and_missed_in_words()
    {
        using Certificates root = Certificates.NewAuthority();
        using Certificates intermediate = root.NewIntermediate();
        using X509Certificate2 server = intermediate.Server();
        await using AdminBroker broker = await AdminBroker.StartAsync(folder =>
            $"certfile {folder.Write("server.crt", $"{server.ExportCertificatePem()}\n{intermediate.AuthorityPem}\n")}\n"
            + $"keyfile {folder.Write("server.key", Certificates.KeyPem(server))}\n"
            + $"admin_token_file {folder.Write("tokens", $"bob:fedcba9876543210:read\nann:{Token}\n")}");
        string file = broker.Broker.Folder.File("mosquitto.conf");
        string authority = broker.Broker.Folder.Write("ca.crt", root.AuthorityPem);
        string readToken = broker.Broker.Folder.Write("mine", "bob:fedcba9876543210:read\n");

        (int trusted, _, string error) = await RunAsync("clients", "-c", file, "--cafile", authority);
        (int untrusted, _, string noTrust) = await RunAsync("clients", "-c", file);
        string url = $"https://127.0.0.1:{broker.AdminPort}";
        (int anonymous, _, string noToken) = await RunAsync("clients", "--url", url, "--cafile", authority);
        (int reading, _, string readOnly) = await RunAsync(
            "publish", "a", "x", "--url", url, "--cafile", authority, "--token-file", readToken);
        (int nowhere, _, string noFile) = await RunAsync("clients", "--url", url, "--token-file", "/no/such");

        Assert.True(trusted == 0, error);
        Assert.Equal((1, 1, 1, 3), (untrusted, anonymous, reading, nowhere));
        Assert.Contains("--cafile", noTrust, StringComparison.Ordinal);
        Assert.Contains("answers 401: This needs a token of admin_token_file. Show one with", noToken, StringComparison.Ordinal);
        Assert.Contains("The token of 'bob' is one to read with", readOnly, StringComparison.Ordinal);
        Assert.Contains("/no/such", noFile, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_executable_says_who_is_not_there()
    {
        (string fileName, string[] first) = BrokerProcess.Command;

        ProcessRun nobody = await ProcessRun.OfAsync(
            fileName, [.. first, "ctl", "clients", "--url", $"http://127.0.0.1:{FreePorts.Take()}"]);
        ProcessRun help = await ProcessRun.OfAsync(fileName, [.. first, "ctl", "help"]);

        Assert.Equal(1, nobody.ExitCode);
        Assert.Contains("cannot be asked: Connection refused", Assert.Single(nobody.Errors), StringComparison.Ordinal);
        Assert.Equal(0, help.ExitCode);
        Assert.Contains(help.Output, static line => line.StartsWith(" subscribe FILTER", StringComparison.Ordinal));
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
