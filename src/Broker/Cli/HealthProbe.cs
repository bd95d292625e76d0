using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using Broker.Configuration;
using Broker.Protocol;
using Broker.Protocol.Packets;

#pragma warning disable CA5359 // See AnyCertificate.

namespace Broker.Cli;

/// <summary>Asks a broker whether it is well: over HTTP where it has an <c>admin_listener</c>, else as a client.</summary>
internal abstract class HealthProbe
{
    /// <summary>Whom it asks.</summary>
    public abstract string Where { get; }

    /// <summary>Asks.</summary>
    /// <returns>Whether it is well, and in words.</returns>
    /// <exception cref="IOException">Nobody is there. As are <see cref="HttpRequestException"/>, <see cref="SocketException"/>,
    /// <see cref="WebSocketException"/> and <see cref="System.Security.Authentication.AuthenticationException"/>.</exception>
    public abstract Task<(bool IsWell, string Answer)> AskAsync(CancellationToken token);

    public static HealthProbe OfUrl(Uri url) => new OverHttp(url);

    public static HealthProbe Of(BrokerOptions options)
    {
        if (options.AdminListeners is [{ Listener: var admin }, ..])
        {
            string scheme = admin.Tls is null ? "http" : "https";
            return new OverHttp(new UriBuilder(scheme, HostOf(admin), admin.Port, "/health/ready").Uri);
        }
        ListenerOptions listener = options.Listeners.Where(static listener => listener.Protocol != ListenerProtocol.HttpApi)
            .OrderBy(static listener => listener.Protocol).ThenBy(static listener => listener.Tls is not null).First();
        return listener.Protocol == ListenerProtocol.WebSockets ? new OverWebSocket(listener) : new OverMqtt(listener);
    }

    // Who listens on every address is asked on this machine's own.
    private static string HostOf(ListenerOptions listener) => listener.Address switch
    {
        null or "0.0.0.0" => "127.0.0.1",
        "::" => "::1",
        { } address => address,
    };

    // It is this machine's own certificate, made out to another name than the one that is asked for here. No secret is sent, and
    // what is answered is believed as much as that somebody answers.
    private static bool AnyCertificate(
        object sender, System.Security.Cryptography.X509Certificates.X509Certificate? certificate,
        System.Security.Cryptography.X509Certificates.X509Chain? chain, SslPolicyErrors errors) => true;

    private sealed class OverHttp(Uri url) : HealthProbe
    {
        public override string Where => url.ToString();

        public override async Task<(bool IsWell, string Answer)> AskAsync(CancellationToken token)
        {
            using SocketsHttpHandler handler = new() { UseProxy = false, AllowAutoRedirect = false };
            handler.SslOptions.RemoteCertificateValidationCallback = AnyCertificate;
            using HttpClient client = new(handler);
            using HttpResponseMessage response = await client.GetAsync(url, token);
            string answer = (await response.Content.ReadAsStringAsync(token)).Trim();
            return (response.IsSuccessStatusCode, $"{(int)response.StatusCode} {answer}");
        }
    }

    private sealed class OverWebSocket(ListenerOptions listener) : HealthProbe
    {
        public override string Where => new UriBuilder(
            listener.Tls is null ? "ws" : "wss", HostOf(listener), listener.Port, "/mqtt").ToString();

        public override async Task<(bool IsWell, string Answer)> AskAsync(CancellationToken token)
        {
            using ClientWebSocket socket = new();
            socket.Options.AddSubProtocol("mqtt");
            socket.Options.RemoteCertificateValidationCallback = AnyCertificate;
            await socket.ConnectAsync(new Uri(Where), token);
            return (true, "accepts WebSockets");
        }
    }

    private sealed class OverMqtt(ListenerOptions listener) : HealthProbe
    {
        private static readonly ConnectPacket Connect = new() { Version = ProtocolVersion.Mqtt311, CleanStart = true };

        public override string Where => listener.UnixSocketPath is { } path ? path : $"{HostOf(listener)}:{listener.Port}";

        public override async Task<(bool IsWell, string Answer)> AskAsync(CancellationToken token)
        {
            EndPoint endPoint = listener.UnixSocketPath is { } path
                ? new UnixDomainSocketEndPoint(path)
                : new IPEndPoint((await Dns.GetHostAddressesAsync(HostOf(listener), token))[0], listener.Port);
            using Socket socket = endPoint is IPEndPoint
                ? new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
                : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(endPoint, token);
            await using NetworkStream stream = new(socket);
            if (listener.Tls is null) return await ExchangeAsync(stream, token);
            await using SslStream tls = new(stream, leaveInnerStreamOpen: true, AnyCertificate);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = HostOf(listener) }, token);
            // Without a certificate of a client this is as far as it goes.
            return listener.Tls.RequireCertificate ? (true, "answers TLS handshakes") : await ExchangeAsync(tls, token);
        }

        private static async Task<(bool IsWell, string Answer)> ExchangeAsync(Stream stream, CancellationToken token)
        {
            ArrayBufferWriter<byte> connect = new();
            Connect.Write(connect);
            await stream.WriteAsync(connect.WrittenMemory, token);
            byte[] answer = new byte[4];
            int length = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, token);
            if (length < answer.Length || answer[0] != (byte)PacketType.ConnAck << 4) return (false, "it closed the connection");
            // A refusal is an answer as well: the probe has no password.
            return (true, answer[3] == 0 ? "accepts clients" : $"answers clients (this one with code {answer[3]})");
        }
    }
}
