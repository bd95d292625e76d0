using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Broker.TestKit;

namespace Broker.IntegrationTests.Fixtures;

/// <summary>MQTT clients over TLS that take any certificate: that is another test's matter.</summary>
internal static class TlsClient
{
    /// <summary>A client whose handshake is done.</summary>
    /// <param name="port">Of the broker on this machine.</param>
    /// <param name="from">The loopback address that it comes from.</param>
    /// <exception cref="IOException">The broker closed the connection during the handshake.</exception>
    public static async Task<TestClient> OpenAsync(int port, string from = "127.0.0.1")
    {
        var socket = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0)) { NoDelay = true };
        using var patience = new CancellationTokenSource(TestTime.Patience);
        await socket.ConnectAsync("127.0.0.1", port, patience.Token);
        return await OverAsync(socket.GetStream());
    }

    /// <summary>The same over a connection that is there, on which nothing was read yet.</summary>
    public static async Task<TestClient> OverAsync(Stream connection)
    {
        using var patience = new CancellationTokenSource(TestTime.Patience);
        var tls = new SslStream(connection);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = Trusts,
        };
        await tls.AuthenticateAsClientAsync(options, patience.Token);
        return TestClient.Over(tls);
    }

    private static bool Trusts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is not null;
}
