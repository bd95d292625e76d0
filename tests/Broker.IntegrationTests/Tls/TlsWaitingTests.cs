using Broker.IntegrationTests.Fixtures;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.IntegrationTests.Tls;

/// <summary>
/// Clients over TLS that keep the broker waiting, or give up while it lets them wait: nobody else waits for them.
/// </summary>
public sealed class TlsWaitingTests
{
    [Fact]
    public async Task Who_gives_up_before_it_is_let_in_keeps_nobody_waiting()
    {
        // One a second: if those that have gone still had a turn each, the last one would get its own after two minutes.
        const int Gone = 120;
        await using ConfiguredBroker broker = await StartAsync("connect_rate 1");
        await using TestClient first = await TlsClient.OpenAsync(broker.Port);
        await first.ConnectAsync("first");
        for (int i = 0; i < Gone; i++)
        {
            await using TestClient client = await TlsClient.OpenAsync(broker.Port);
            await client.SendAsync(new ConnectPacket { Version = client.Version, ClientId = $"gone{i}", CleanStart = true });
        }

        await using TestClient last = await TlsClient.OpenAsync(broker.Port);
        await last.ConnectAsync("last");
        await last.PingFenceAsync();
    }

    [Fact, Directive("connect_timeout")]
    public async Task Who_begins_a_handshake_and_does_not_go_on_keeps_nobody_waiting()
    {
        await using ConfiguredBroker broker = await StartAsync("max_pending_handshakes 1\nconnect_timeout 3");
        List<TestClient> stuck = [];
        // Nothing; less than the head of a record; half a record.
        foreach (byte[] bytes in new byte[][] { [], [0x16, 3], [0x16, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3] })
        {
            for (int i = 0; i < 20; i++)
            {
                TestClient client = await TestClient.OverTcpAsync(broker.Port);
                if (bytes.Length > 0) await client.SendBytesAsync(bytes);
                stuck.Add(client);
            }
        }

        await using TestClient next = await TlsClient.OpenAsync(broker.Port);
        await next.ConnectAsync("next");

        await broker.Process.Log.WaitForAsync(
            stuck.Count, static line => line.EndsWith(" failed: no TLS handshake within 3 seconds.", StringComparison.Ordinal),
            "those that did not go on are closed");
        foreach (TestClient client in stuck) await client.DisposeAsync();
    }

    private static Task<ConfiguredBroker> StartAsync(string lines) => ConfiguredBroker.StartAsync((port, folder) =>
    {
        CertificateFiles files = CertificateFiles.CreateIn(folder.Path);
        return $"""
            listener {port} 127.0.0.1
            allow_anonymous true
            certfile {files.Server}
            keyfile {files.ServerKey}
            {lines}

            """;
    });
}
