using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Broker.IntegrationTests.Fixtures;
using Broker.Protocol;
using Broker.TestKit;

namespace Broker.IntegrationTests.Proxies;

/// <summary>What a proxy before the broker says of its clients.</summary>
public sealed class ProxyProtocolTests
{
    private const string Line = "PROXY TCP4 203.0.113.9 192.0.2.1 50000 1883\r\n";
    private const string Begin = "0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a";
    private const string IPv4 = "cb 00 71 09 | 7f 00 00 01 | c3 50 | 07 5b";
    private const string WithName = $"{Begin} | 21 11 | 00 2a | {IPv4} | 20 00 1b | 05 00 00 00 00 | 21 00 07 'TLSv1.3' "
        + "| 22 00 03 'ann' | 23 00 03 'AES'";

    [Fact]
    [Directive("enable_proxy_protocol")]
    public async Task The_log_shows_the_address_of_version_1_however_its_line_comes_in()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync("enable_proxy_protocol 1");
        await using TestClient client = await TestClient.OverTcpAsync(broker.Port);

        foreach (byte one in Encoding.ASCII.GetBytes(Line)) await client.SendBytesAsync(new[] { one });
        await client.ConnectAsync("proxied");

        await broker.Process.Log.WaitForAsync("New connection from 203.0.113.9:50000 on port ");
        await broker.Process.Log.WaitForAsync("New client connected from 203.0.113.9:50000 as proxied (");
        await client.PingFenceAsync();
    }

    [Fact]
    public async Task Connections_are_counted_by_the_address_of_the_client_and_not_of_the_proxy()
    {
        await using ConfiguredBroker broker =
            await ConfiguredBroker.StartOpenAsync("enable_proxy_protocol 1\nmax_connections_per_address 1");
        await using TestClient first = await TestClient.OverTcpAsync(broker.Port);
        await first.SendBytesAsync(Encoding.ASCII.GetBytes(Line));
        await first.ConnectAsync("first");

        await using TestClient second = await TestClient.OverTcpAsync(broker.Port);
        await second.SendBytesAsync(Encoding.ASCII.GetBytes(Line));
        await second.ExpectEndAsync();

        await using TestClient elsewhere = await TestClient.OverTcpAsync(broker.Port);
        await elsewhere.SendBytesAsync(Encoding.ASCII.GetBytes(Line.Replace("203.0.113.9", "203.0.113.10")));
        await elsewhere.ConnectAsync("elsewhere");
        await broker.Process.Log.WaitForAsync("has met max_connections_per_address");
        await first.PingFenceAsync();
    }

    [Fact, Directive("max_connections_per_address")]
    public async Task Handshakes_that_do_not_go_on_are_counted_by_the_address_of_the_client()
    {
        await using ConfiguredBroker broker = await StartWithTlsAsync("max_connections_per_address 2");
        List<TestClient> stuck = [];
        for (int i = 0; i < 3; i++)
        {
            stuck.Add(await TestClient.OverTcpAsync(broker.Port));
            await stuck[i].SendBytesAsync(Encoding.ASCII.GetBytes(Line));
        }
        await await Task.WhenAny(stuck.Select(static client => client.ExpectEndAsync())).WaitAsync(TestTime.Patience);
        await broker.Process.Log.WaitForAsync("[203.0.113.9:50000] has met max_connections_per_address");

        using TcpClient tcp = new();
        await tcp.ConnectAsync("127.0.0.1", broker.Port);
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Line.Replace("203.0.113.9", "203.0.113.10")));
        await using TestClient elsewhere = await TlsClient.OverAsync(tcp.GetStream());
        await elsewhere.ConnectAsync("elsewhere");
        foreach (TestClient client in stuck) await client.DisposeAsync();
    }

    [Fact, Directive("global_max_connections")]
    public async Task A_connection_has_a_place_before_its_header_has_come()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync(
            "enable_proxy_protocol 1\nglobal_max_connections 2\nmax_connections_per_address 1");
        List<TestClient> silent = [];
        for (int i = 0; i < 3; i++) silent.Add(await TestClient.OverTcpAsync(broker.Port));

        await await Task.WhenAny(silent.Select(static client => client.ExpectEndAsync())).WaitAsync(TestTime.Patience);

        // Nor is it one of the proxy's address, of which there may be one.
        await broker.Process.Log.WaitForAsync("denied: max_connections exceeded.");
        Assert.DoesNotContain(broker.Process.Log.All, static line => line.Contains("has met", StringComparison.Ordinal));
        foreach (TestClient client in silent) await client.DisposeAsync();
    }

    [Fact]
    public async Task The_header_comes_before_TLS()
    {
        await using ConfiguredBroker broker = await StartWithTlsAsync();
        using TcpClient tcp = new();
        await tcp.ConnectAsync("127.0.0.1", broker.Port);
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Line));
        SslStream ssl = new(tcp.GetStream());
        await ssl.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            CertificateChainPolicy = new CertificateFiles(broker.Folder.Path).Trust(),
        }).WaitAsync(TestTime.Patience);
        await using TestClient client = TestClient.Over(ssl);

        await client.ConnectAsync("both");

        await broker.Process.Log.WaitForAsync("Connection from 203.0.113.9:50000 negotiated TLSv1.3 cipher ");
        await broker.Process.Log.WaitForAsync("New client connected from 203.0.113.9:50000 as both (");
    }

    [Fact]
    public async Task The_header_comes_before_a_WebSocket()
    {
        await using ConfiguredBroker broker =
            await ConfiguredBroker.StartOpenAsync("enable_proxy_protocol 1\nprotocol websockets");
        using TcpClient tcp = new();
        await tcp.ConnectAsync("127.0.0.1", broker.Port);

        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            Line + "GET /mqtt HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + "Sec-WebSocket-Protocol: mqtt\r\n\r\n"));

        await broker.Process.Log.WaitForAsync("New connection from 203.0.113.9:50000 on port ");
    }

    [Fact]
    [Directive("enable_proxy_protocol")]
    public async Task Version_2_tells_address_TLS_and_the_name_in_the_certificate()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync(
            "enable_proxy_protocol 2\nproxy_protocol_v2_require_tls true\nrequire_certificate true\n"
            + "use_identity_as_username true");
        await using TestClient client = await TestClient.OverTcpAsync(broker.Port);

        await client.SendBytesAsync(WithName);
        await client.ConnectAsync("named");

        await broker.Process.Log.WaitForAsync("Connection from 203.0.113.9:50000 negotiated TLSv1.3 cipher AES");
        await broker.Process.Log.WaitForAsync(" from 203.0.113.9:50000 as named (p2, c1, k0, u'ann').");
    }

    [Theory]
    [InlineData("proxy_protocol_v2_require_tls true", $"{Begin} | 21 11 | 00 0c | {IPv4}", "client did not connect using TLS.")]
    [InlineData("require_certificate true", $"{Begin} | 21 11 | 00 14 | {IPv4} | 20 00 05 | 01 00 00 00 00",
        "client did not provide a certificate.")]
    [InlineData("require_certificate true", $"{Begin} | 21 11 | 00 14 | {IPv4} | 20 00 05 | 05 00 00 00 01",
        "client did not provide a certificate.")]
    [Directive("proxy_protocol_v2_require_tls")]
    public async Task Who_lacks_what_is_required_is_refused_by_address(string lines, string header, string reason)
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync("enable_proxy_protocol 2\n" + lines);
        await using TestClient client = await TestClient.OverTcpAsync(broker.Port);

        await client.SendBytesAsync(header);

        await client.ExpectEndAsync();
        await broker.Process.Log.WaitForAsync($"Connection from 203.0.113.9:50000 rejected, {reason}");
    }

    [Fact]
    public async Task Without_a_name_where_names_are_taken_there_is_no_way_in()
    {
        await using ConfiguredBroker broker =
            await ConfiguredBroker.StartOpenAsync("enable_proxy_protocol 2\nuse_identity_as_username true");
        await using TestClient client = await TestClient.OverTcpAsync(broker.Port, ProtocolVersion.Mqtt50);

        await client.SendBytesAsync($"{Begin} | 21 11 | 00 0c | {IPv4}");

        Assert.Equal(ReasonCode.BadUserNameOrPassword, (await client.TryConnectAsync("nameless")).ReasonCode);
    }

    [Fact]
    public async Task A_proxy_that_speaks_for_itself_keeps_its_address()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync("enable_proxy_protocol 2");
        await using TestClient client = await TestClient.OverTcpAsync(broker.Port);

        await client.SendBytesAsync($"{Begin} | 20 00 | 00 00");
        await client.ConnectAsync("health");

        await broker.Process.Log.WaitForAsync(
            line => line.Contains("New client connected from 127.0.0.1:", StringComparison.Ordinal)
                && line.Contains(" as health (", StringComparison.Ordinal),
            "the proxy's own address");
    }

    [Theory]
    [InlineData(1, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'", "it does not begin with 'PROXY '.")]
    [InlineData(2, "'PROXY UNKNOWN' 0d 0a", "it does not begin with the signature of version 2.")]
    [InlineData(2, $"{Begin} | 21 11 | 00 0f | {IPv4} | 20 00 05", "what follows its addresses is damaged.")]
    public async Task Another_beginning_is_refused_with_the_peer_and_the_reason(int version, string first, string reason)
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync($"enable_proxy_protocol {version}");
        await using TestClient client = await TestClient.OverTcpAsync(broker.Port);

        await client.SendBytesAsync(first);

        await client.ExpectEndAsync();
        string line = await broker.Process.Log.WaitForAsync($" rejected, corrupt PROXY header: {reason}");
        Assert.Contains("Connection from 127.0.0.1:", line, StringComparison.Ordinal);
    }

    [Fact]
    [Directive("trusted_proxies"), Demand("G8")]
    public async Task Only_trusted_proxies_are_believed()
    {
        await using ConfiguredBroker broker =
            await ConfiguredBroker.StartOpenAsync("enable_proxy_protocol 1\ntrusted_proxies 192.0.2.0/24");
        await using TestClient client = await TestClient.OverTcpAsync(broker.Port);

        await client.SendBytesAsync(Encoding.ASCII.GetBytes(Line));

        await client.ExpectEndAsync();
        await broker.Process.Log.WaitForAsync(" rejected, it is not in trusted_proxies.");
    }

    private static Task<ConfiguredBroker> StartWithTlsAsync(string lines = "") => ConfiguredBroker.StartAsync((port, folder) =>
    {
        CertificateFiles files = CertificateFiles.CreateIn(folder.Path);
        return $"listener {port} 127.0.0.1\nallow_anonymous true\nenable_proxy_protocol 1\n"
            + $"certfile {files.Server}\nkeyfile {files.ServerKey}\n{lines}\n";
    });
}
