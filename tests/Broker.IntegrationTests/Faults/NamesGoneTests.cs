using Broker.IntegrationTests.Reload;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Faults;

/// <summary>
/// Names of services that nobody can resolve, for a while. The broker has a list of hosts of its own, and no server of names.
/// </summary>
public sealed class NamesGoneTests : IDisposable
{
    private const string Name = "service.example";

    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePorts.Take();
    private readonly int _adminPort = FreePorts.Take();

    public NamesGoneTests()
    {
        _folder.OpenToAll();
        _folder.Write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
        Forget();
    }

    public void Dispose() => _folder.Dispose();

    [FactWithMount]
    public async Task A_server_of_keys_without_an_address_is_named_and_asked_again_until_it_has_one()
    {
        using TokenSigner signer = TokenSigner.Ec(keyId: "one");
        await using TestWebServer server = await TestWebServer.StartAsync(TestWebServer.Text(TokenSigner.SetOf(signer)));
        await using BrokerProcess broker = await StartAsync(
            $"jwt_jwks_url http://{Name}:{server.Url.Port}/keys\njwt_jwks_retry 1\n");
        string token = signer.For("ann", TimeProvider.System.GetUtcNow());

        // Not that the token is wrong: nobody knows.
        Assert.Equal(ReasonCode.ServerUnavailable, await AnswerAsync(token));
        string line = await broker.Log.WaitForAsync($"No keys for tokens come from http://{Name}:{server.Url.Port}/keys: ");
        Assert.Contains($"the name {Name} has no address", line, StringComparison.Ordinal);
        Assert.Equal((200, "ok; no keys come from jwt_jwks_url\n"), await HealthAsync());
        Know();

        await UntilInAsync(token);
        await broker.Log.WaitForAsync("1 keys for tokens came from ");
        Assert.Equal((200, "ok\n"), await HealthAsync());
        Assert.Equal(0, await broker.StopAsync());
    }

    [FactWithMount]
    public async Task A_service_that_says_who_may_connect_without_an_address_refuses_in_time_until_it_has_one()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(TestWebServer.Text("ok"));
        await using BrokerProcess broker = await StartAsync($"http_auth_url http://{Name}:{server.Url.Port}/auth\n");

        Assert.Equal(ReasonCode.ServerUnavailable, await AnswerAsync("secret"));
        string line = await broker.Log.WaitForAsync("does not answer as it should: ");
        Assert.Contains($"the name {Name} has no address", line, StringComparison.Ordinal);
        Assert.Equal((200, "ok; the service of http_auth_url or http_acl_url does not answer\n"), await HealthAsync());
        Know();

        await UntilInAsync("secret");
        await broker.Log.WaitForAsync("answers again.");
        Assert.Equal((200, "ok\n"), await HealthAsync());
        Assert.Equal(0, await broker.StopAsync());
    }

    [FactWithMount]
    public async Task A_database_without_an_address_holds_up_what_needs_a_commit_until_it_has_one()
    {
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        string address = await server.CreateDatabaseAsync();
        string url = new UriBuilder(address) { Host = Name }.Uri.AbsoluteUri;
        Know();
        await using BrokerProcess broker = await StartAsync(
            $"allow_anonymous true\npersistence true\npersistence_url {url}?command_timeout=2\n");
        await using TestClient client = await TestClient.OverTcpAsync(_port);
        await client.ConnectPersistentAsync("c");
        await client.SubscribeAsync("jobs", QualityOfService.AtLeastOnce);

        Forget();
        await server.CutConnectionsAsync(address);
        ushort packetId = await client.PublishAsync(new("jobs", "x", QualityOfService.AtLeastOnce));
        await broker.Log.WaitForAsync("The store takes no commits: ");
        await broker.Log.WaitForAsync($"the name {Name} has no address");
        Assert.Equal(503, await ReadinessAsync());
        Know();

        await broker.Log.WaitForAsync("The store takes commits again.");
        await TakeUntilAcknowledgedAsync(client, packetId);
        Assert.Equal(200, await ReadinessAsync());
        Assert.Equal(0, await broker.StopAsync());
    }

    [FactWithMount]
    public async Task A_start_with_a_database_without_an_address_ends_and_names_it()
    {
        string file = Write($"persistence true\npersistence_url postgres://u:p@{Name}/db\n");
        string[] below = Below();
        (string program, string[] first) = BrokerProcess.Command;

        ProcessRun run = await ProcessRun.OfAsync(below[0], [.. below[1..], program, .. first, "-c", file]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"the name {Name} has no address", run.ToString(), StringComparison.Ordinal);
    }

    private static async Task TakeUntilAcknowledgedAsync(TestClient client, ushort packetId)
    {
        bool isAcknowledged = false, isDelivered = false;
        while (!isAcknowledged || !isDelivered)
        {
            byte[] frame = await client.ReadFrameAsync();
            PacketType type = (PacketType)(frame[0] >> 4);
            if (type == PacketType.Publish) isDelivered = true;
            else Assert.Equal((PacketType.PubAck, packetId), (type, (ushort)((frame[2] << 8) | frame[3])));
            isAcknowledged |= type == PacketType.PubAck;
        }
    }

    private void Forget() => _folder.Write("hosts", "127.0.0.1 localhost\n");

    private void Know() => _folder.Write("hosts", $"127.0.0.1 localhost {Name}\n");

    private string Write(string lines) => _folder.Write(
        "mosquitto.conf",
        $"listener {_port} 127.0.0.1\n{lines}admin_listener {_adminPort}\n");

    // What is mounted there is seen by the broker only, and goes with it.
    private string[] Below() =>
    [
        "unshare", "--mount", "sh", "-c",
        $"mount --bind {_folder.File("hosts")} /etc/hosts && mount --bind {_folder.File("resolv.conf")} /etc/resolv.conf "
        + "&& exec \"$@\"",
        "sh",
    ];

    private Task<BrokerProcess> StartAsync(string lines) => BrokerProcess.StartBelowAsync(Below(), Write(lines));

    private async Task<ReasonCode> AnswerAsync(string password)
    {
        await using TestClient client = await TestClient.OverTcpAsync(_port, ProtocolVersion.Mqtt50);
        ConnAckPacket answer = await client.TryConnectAsync(
            "c", packet => packet with { UserName = "x", Password = ReloadedBroker.Bytes(password) });
        return answer.ReasonCode;
    }

    private async Task UntilInAsync(string password)
    {
        long begun = TimeProvider.System.GetTimestamp();
        while (await AnswerAsync(password) != ReasonCode.Success)
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < TestTime.Patience, "nobody gets in");
    }

    private async Task<int> ReadinessAsync() => (await HealthAsync()).Status;

    private async Task<(int Status, string Text)> HealthAsync()
    {
        using HttpClient http = new();
        using HttpResponseMessage answer = await http.GetAsync(new Uri($"http://127.0.0.1:{_adminPort}/health/ready"));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
