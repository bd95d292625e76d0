using System.IO.Pipelines;
using Broker.Configuration;
using Broker.Diagnostics;
using Microsoft.AspNetCore.Connections;

namespace Broker.Transport.Proxy;

/// <summary>
/// Takes the PROXY header from the front of a connection, before TLS, WebSocket and MQTT, and gives the connection the address of
/// the client. Waits without a thread; one that does not send its header in time is closed.
/// </summary>
internal sealed partial class ProxyProtocol(TimeProvider time, Func<bool> logsConnections, ILogger logger)
{
    /// <summary>How long the header may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Serves a connection; hands it on at once where no header is expected.</summary>
    public Task ServeAsync(ConnectionContext context, ListenerOptions listener, ConnectionDelegate next) =>
        listener.Proxy is { } options ? ServeAsync(context, listener, options, next) : next(context);

    private async Task ServeAsync(
        ConnectionContext context, ListenerOptions listener, ProxyOptions options, ConnectionDelegate next)
    {
        string peer = RemoteAddress.Format(context.RemoteEndPoint, listener.UnixSocketPath);
        if (!listener.TrustedProxies.IsEmpty && !TrustedProxies.Contains(listener.TrustedProxies, context.RemoteEndPoint))
        {
            Log.NotTrusted(logger, peer);
            return;
        }
        if (await ReadAsync(context.Transport.Input, options.Version, peer) is not { } header) return;
        if (header.Source is { } source) context.RemoteEndPoint = source;
        if (!IsGoodEnough(header, options, RemoteAddress.Format(context.RemoteEndPoint, listener.UnixSocketPath))) return;
        if (options.UseIdentityAsUsername) context.Features.Set(header);
        await next(context);
    }

    private async ValueTask<ProxyHeader?> ReadAsync(PipeReader input, int version, string peer)
    {
        using CancellationTokenSource patience = new(Patience, time);
        try
        {
            while (true)
            {
                ReadResult result = await input.ReadAsync(patience.Token);
                ProxyHeaderStatus status = ProxyHeader.Read(result.Buffer, version, out ProxyHeaderReading reading);
                if (status == ProxyHeaderStatus.Complete)
                {
                    input.AdvanceTo(result.Buffer.GetPosition(reading.Length));
                    return reading.Header;
                }
                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                if (status == ProxyHeaderStatus.Wrong) Log.Corrupt(logger, peer, reading.Error!);
                else if (result.IsCompleted) Log.Closed(logger, peer);
                else continue;
                return null;
            }
        }
        catch (OperationCanceledException)
        {
            Log.TooSlow(logger, peer, (int)Patience.TotalSeconds);
        }
        catch (IOException)
        {
            Log.Closed(logger, peer);
        }
        return null;
    }

    // In mosquitto's order and words.
    private bool IsGoodEnough(ProxyHeader header, ProxyOptions options, string client)
    {
        if (options.RequireTls && !header.HasTls)
        {
            Log.NoTls(logger, client);
            return false;
        }
        if (options.RequireCertificate && !header.HasCertificate)
        {
            Log.NoCertificate(logger, client);
            return false;
        }
        if (header is { TlsVersion: { } version, Cipher: { } cipher } && logsConnections())
            Log.Negotiated(logger, client, version, cipher);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.ProxyNegotiated, LogLevel.Information,
            "Connection from {Address} negotiated {Version} cipher {Cipher}")]
        internal static partial void Negotiated(ILogger logger, string address, string version, string cipher);

        [LoggerMessage(EventIds.ProxyHeaderCorrupt, LogLevel.Information,
            "Connection from {Address} rejected, corrupt PROXY header: {Reason}.")]
        internal static partial void Corrupt(ILogger logger, string address, string reason);

        [LoggerMessage(EventIds.ProxyHeaderMissing, LogLevel.Information,
            "Connection from {Address} rejected, no PROXY header within {Seconds} seconds.")]
        internal static partial void TooSlow(ILogger logger, string address, int seconds);

        [LoggerMessage(EventIds.ProxyHeaderClosed, LogLevel.Debug, "Connection from {Address} closed before its PROXY header.")]
        internal static partial void Closed(ILogger logger, string address);

        [LoggerMessage(EventIds.ProxyNotTrusted, LogLevel.Information,
            "Connection from {Address} rejected, it is not in trusted_proxies.")]
        internal static partial void NotTrusted(ILogger logger, string address);

        [LoggerMessage(EventIds.ProxyWithoutTls, LogLevel.Information,
            "Connection from {Address} rejected, client did not connect using TLS.")]
        internal static partial void NoTls(ILogger logger, string address);

        [LoggerMessage(EventIds.ProxyWithoutCertificate, LogLevel.Information,
            "Connection from {Address} rejected, client did not provide a certificate.")]
        internal static partial void NoCertificate(ILogger logger, string address);
    }
}
