using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Broker.Security;

/// <summary>Makes clients for the HTTP services that decide who gets in.</summary>
internal static class OutboundHttp
{
    /// <summary>Makes a client. It follows no redirects, keeps no cookies, and all its work is done on the pool.</summary>
    /// <param name="authorities">Who may vouch for the server; null: whom the system trusts.</param>
    /// <param name="connectionsMax">Open at a time.</param>
    /// <param name="answerBytesMax">Longest body of an answer.</param>
    public static HttpClient Create(X509Certificate2Collection? authorities, int connectionsMax, int answerBytesMax)
    {
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            MaxConnectionsPerServer = connectionsMax,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = answerBytesMax,
            // So that a name that moves to another address is noticed.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = ConnectAsync,
        };
        X509ChainPolicy policy = new()
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        if (authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }
        handler.SslOptions.CertificateChainPolicy = policy;
        // Whoever asks sets a time limit of its own.
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = answerBytesMax };
    }

    /// <summary>Why a request failed, as a clause for the log.</summary>
    /// <param name="thrown">What it threw.</param>
    /// <param name="url">Where it went.</param>
    public static string ReasonOf(Exception thrown, Uri url)
    {
        Exception cause = thrown.InnerException ?? thrown;
        string words = cause.Message.TrimEnd('.');
        SocketError? error = (cause as SocketException)?.SocketErrorCode;
        return error is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData
            ? $"the name {url.Host} has no address ({words}): look at this machine's DNS and /etc/hosts"
            : words;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken token)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, token);
            await Task.Yield();
            return new PoolStream(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
