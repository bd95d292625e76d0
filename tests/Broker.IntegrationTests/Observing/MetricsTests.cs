using System.Text;
using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;
using Broker.Protocol;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Observing;

/// <summary>/metrics of a running broker.</summary>
public sealed class MetricsTests
{
    private const string Token = "sesame-open-0123456789";

    [Fact]
    public async Task Promtool_finds_nothing_to_complain_about_after_traffic()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(
            lines: folder => $"persistence true\npersistence_location {folder.Path}");
        await MakeTrafficAsync(broker);

        (int status, string type, string text) = await broker.GetAsync("/metrics");

        Assert.Equal((200, "text/plain; version=0.0.4; charset=utf-8"), (status, type));
        await using ChildProcess promtool = ChildProcess.Start("promtool", ["check", "metrics"], Encoding.UTF8.GetBytes(text));
        int exitCode = await promtool.WaitForExitAsync();
        Assert.True(exitCode == 0 && promtool.Lines.All.Count == 0, $"promtool: {exitCode}\n{promtool.Lines}");
    }

    [Fact]
    [Directive("admin_listener")]
    public async Task The_figures_are_those_of_the_traffic()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(
            lines: folder => $"sys_interval 0\npersistence true\npersistence_location {folder.Path}");
        await MakeTrafficAsync(broker);
        await broker.Broker.Process.Log.WaitForAsync(
            4, static line => line.EndsWith(" disconnected.", StringComparison.Ordinal), "the clients' goodbyes");
        await using TestClient watcher = await TestClient.OverTcpAsync(broker.Broker.Port, ProtocolVersion.Mqtt50);
        await watcher.ConnectAsync("watcher");

        string listener = $"listener=\"127.0.0.1:{broker.Broker.Port}\"";
        (string Sample, double Value)[] expected =
        [
            ($"broker_connections{{{listener},version=\"5.0\"}}", 1),
            ($"broker_connections{{{listener},version=\"3.1.1\"}}", 0),
            ($"broker_connects_total{{{listener},version=\"3.1.1\"}}", 4),
            ($"broker_connections_accepted_total{{{listener}}}", 5),
            ("broker_disconnects_total{reason=\"client_disconnected\"}", 4),
            ("broker_publishes_received_total{qos=\"1\"}", 2),
            ("broker_packets_received_total{type=\"publish\"}", 3),
            ("broker_deliveries_matched_total", 2),
            ("broker_messages_dropped_total{reason=\"queue_messages\"}", 0),
            ("broker_queue_messages", 2),
            ("broker_queue_payload_bytes", 6),
            ("broker_sessions{state=\"online\"}", 1),
            ("broker_sessions{state=\"away\"}", 1),
            ("broker_subscriptions{kind=\"ordinary\"}", 1),
            ("broker_retained_messages", 1),
            ("broker_retained_payload_bytes", 4),
            ("broker_ready", 1),
            ("broker_store_up", 1),
        ];
        foreach ((string sample, double value) in expected)
            Assert.Equal((sample, value), (sample, await broker.MetricAsync(sample)));
        Assert.True(await broker.MetricAsync("broker_store_commit_duration_seconds_count") > 0);
        Assert.True(await broker.MetricAsync("broker_store_size_bytes{part=\"file\"}") > 0);
        const string Anonymous = "{outcome=\"allowed\",method=\"anonymous\"}";
        Assert.True(await broker.MetricAsync("broker_authentication_duration_seconds_count" + Anonymous) == 5);
    }

    [Fact]
    public async Task Who_asks_for_OpenMetrics_gets_it()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();

        (_, string type, string text) = await broker.GetAsync(
            "/metrics", "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1");

        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", type);
        Assert.EndsWith("\n# EOF\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE broker_gc_pause_seconds counter\n# UNIT broker_gc_pause_seconds seconds\n"
            + "broker_gc_pause_seconds_total ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("# EOF", (await broker.GetAsync("/metrics", "text/plain")).Text, StringComparison.Ordinal);
    }

    [Fact]
    [Directive("admin_token_file")]
    public async Task With_a_token_file_only_who_has_a_token_is_answered()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(
            folder => $"admin_token_file {folder.Write("tokens", $"# scraper\nprometheus:{Token}\n")}");

        Assert.Equal(401, (await broker.GetAsync("/metrics")).Status);
        Assert.Equal(401, (await broker.GetAsync("/metrics", authorization: new("Bearer", Token + "x"))).Status);
        Assert.Equal(200, (await broker.GetAsync("/metrics", authorization: new("Bearer", Token))).Status);
        string basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"prometheus:{Token}"));
        Assert.Equal(200, (await broker.GetAsync("/metrics", authorization: new("Basic", basic))).Status);
        Assert.Equal(200, (await broker.GetAsync("/health/ready")).Status);
    }

    [Fact]
    public async Task Without_one_a_page_that_names_this_machine_otherwise_gets_nothing()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();

        Assert.Equal(403, (await broker.GetAsync("/metrics", host: "evil.example:80")).Status);
        Assert.Equal(200, (await broker.GetAsync("/metrics", host: "localhost")).Status);
        Assert.Equal(404, (await broker.GetAsync("/nothing")).Status);
    }

    [Fact]
    public async Task Other_machines_get_metrics_and_health_and_nothing_else_without_a_token_file()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(address: "0.0.0.0");

        Assert.Equal(200, (await broker.GetAsync("/metrics", host: "broker.example")).Status);
        Assert.Equal(200, (await broker.GetAsync("/health/live", host: "broker.example")).Status);
        Assert.Equal(403, (await broker.GetAsync("/other")).Status);
    }

    [Fact]
    [Demand("G5")]
    public async Task Handshakes_and_the_days_of_a_certificate_are_counted()
    {
        int tlsPort = FreePorts.Take();
        CertificateFiles? files = null;
        await using AdminBroker broker = await AdminBroker.StartAsync(lines: folder =>
        {
            files = CertificateFiles.CreateIn(folder.Path);
            return $"listener {tlsPort} 127.0.0.1\ncertfile {files.Server}\nkeyfile {files.ServerKey}";
        });
        Endpoint secure = new(tlsPort) { Host = "localhost", CaFile = files!.Authority };

        await MosquittoPub.SendAsync(secure, "a", "x", 1);

        string listener = $"listener=\"127.0.0.1:{tlsPort}\"";
        Assert.Equal(1, await broker.MetricAsync($"broker_tls_handshakes_total{{{listener},outcome=\"succeeded\"}}"));
        Assert.Equal(0, await broker.MetricAsync($"broker_tls_handshakes_total{{{listener},outcome=\"failed\"}}"));
        double? left = await broker.MetricAsync(
            $"broker_tls_certificate_remaining_seconds{{{listener},certfile=\"{files.Server}\"}}");
        Assert.InRange(left ?? 0, 1, TimeSpan.FromDays(3).TotalSeconds);
    }

    // A persistent session that is away, two messages for it, and one that is retained.
    private static async Task MakeTrafficAsync(AdminBroker broker)
    {
        await MosquittoSub.SubscribeOnceAsync(broker.Endpoint, "-t", "a", "-q", "1", "-c", "-i", "away");
        await MosquittoPub.SendAsync(broker.Endpoint, "a", "one", 1);
        await MosquittoPub.SendAsync(broker.Endpoint, "a", "two", 1);
        await MosquittoPub.SendAsync(broker.Endpoint, "b", "kept", 0, "-r");
    }
}
