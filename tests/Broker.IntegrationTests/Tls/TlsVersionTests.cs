using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Broker.IntegrationTests.Fixtures;
using Broker.TestKit;

namespace Broker.IntegrationTests.Tls;

/// <summary>Which versions of TLS a listener speaks. mosquitto's tools cannot be held to one, so these are .NET's.</summary>
public sealed class TlsVersionTests
{
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Both_versions_are_served_with_a_client_certificate(SslProtocols version)
    {
        await using ConfiguredBroker broker = await StartAsync("require_certificate true\nuse_identity_as_username true");
        await using TestClient client = await ConnectAsync(broker, version);

        await client.ConnectAsync("versioned");

        await client.PingFenceAsync();
        await broker.Process.Log.WaitForAsync($" as versioned (p2, c1, k0, u'{CertificateFiles.ClientName}').");
    }

    [Theory]
    [InlineData("tlsv1.3", SslProtocols.Tls13, SslProtocols.Tls12)]
    [InlineData("tlsv1.2", SslProtocols.Tls12, SslProtocols.None)]
    [Directive("tls_version")]
    public async Task The_file_can_ask_for_one_version(string value, SslProtocols served, SslProtocols refused)
    {
        await using ConfiguredBroker broker = await StartAsync($"allow_anonymous true\ntls_version {value}");

        await using (TestClient client = await ConnectAsync(broker, served))
            await client.ConnectAsync("served");

        if (refused != SslProtocols.None)
            await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync(broker, refused));
    }

    [Fact]
    public async Task A_packet_may_be_cut_anywhere_by_records()
    {
        await using ConfiguredBroker broker = await StartAsync("allow_anonymous true");
        await using TestClient client = await ConnectAsync(broker, SslProtocols.Tls13);

        foreach (byte b in WireText.Parse("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'"))
            await client.SendBytesAsync(new[] { b });

        await client.ExpectBytesAsync("20 02 00 00");
    }

    [Fact]
    public async Task Plain_mqtt_on_a_tls_port_is_closed_and_harms_nobody()
    {
        await using ConfiguredBroker broker = await StartAsync("allow_anonymous true");
        await using (TestClient plain = await TestClient.OverTcpAsync(broker.Port))
        {
            await plain.SendBytesAsync("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'");
            await plain.ExpectEndAsync();
        }
        await using TestClient client = await ConnectAsync(broker, SslProtocols.Tls13);

        await client.ConnectAsync("next");
    }

    [Fact]
    public async Task Tls_on_a_plain_port_is_closed_and_harms_nobody()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync(broker, SslProtocols.Tls13));

        await using TestClient client = await TestClient.OverTcpAsync(broker.Port);
        await client.ConnectAsync("next");
    }

    [Fact, Demand("G9")]
    public async Task A_browser_that_offers_HTTP_2_first_gets_its_WebSocket()
    {
        await using ConfiguredBroker broker = await StartAsync("allow_anonymous true\nprotocol websockets");
        using TcpClient tcp = new();
        await tcp.ConnectAsync("127.0.0.1", broker.Port);
        await using SslStream tls = new(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            CertificateChainPolicy = new CertificateFiles(broker.Folder.Path).Trust(),
        }).WaitAsync(TestTime.Patience);
        Assert.NotEqual(SslApplicationProtocol.Http2, tls.NegotiatedApplicationProtocol);

        await tls.WriteAsync(
            "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"u8.ToArray());
        await tls.WriteAsync(
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"u8
                .ToArray());

        byte[] answer = new byte[13];
        await tls.ReadExactlyAsync(answer).AsTask().WaitAsync(TestTime.Patience);
        Assert.Equal("HTTP/1.1 101 ", System.Text.Encoding.ASCII.GetString(answer));
    }

    private static Task<ConfiguredBroker> StartAsync(string lines) =>
        ConfiguredBroker.StartAsync((port, folder) =>
        {
            CertificateFiles files = CertificateFiles.CreateIn(folder.Path);
            return $"""
                listener {port} 127.0.0.1
                cafile {files.Authority}
                certfile {files.Server}
                keyfile {files.ServerKey}
                {lines}

                """;
        });

    private static async Task<TestClient> ConnectAsync(ConfiguredBroker broker, SslProtocols version)
    {
        CertificateFiles files = new(broker.Folder.Path);
        using X509Certificate2 authority = X509CertificateLoader.LoadCertificateFromFile(files.Authority);
        X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(files.Client, files.ClientKey);
        var trust = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { authority },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        var socket = new TcpClient { NoDelay = true };
        using var patience = new CancellationTokenSource(TestTime.Patience);
        await socket.ConnectAsync("127.0.0.1", broker.Port, patience.Token);
        var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = version,
                ClientCertificates = [certificate],
                CertificateChainPolicy = trust,
            },
            patience.Token);
        return TestClient.Over(tls);
    }
}
