using System.Collections.Immutable;
using System.Security.Authentication;
using Broker.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Broker.Transport;

/// <summary>The outcome of a load: the endpoint when <paramref name="Errors"/> is empty. All texts are whole sentences.</summary>
/// <param name="Endpoint">What was loaded.</param>
/// <param name="Errors">Why it cannot be used, with file and mend.</param>
/// <param name="Warnings">What works but the operator should look at.</param>
internal readonly record struct TlsEndpointResult(
    TlsEndpoint? Endpoint, ImmutableArray<string> Errors, ImmutableArray<string> Warnings);

/// <summary>
/// TLS of one listener. It stands before the connection's handler and gives it the plain text. Certificate, trust and suites
/// are a snapshot that a connection takes when it begins: they are replaced while the listener runs, and who is connected
/// stays so.
/// </summary>
internal sealed class TlsEndpoint
{
    private readonly TimeProvider _time;
    private volatile TlsSnapshot _snapshot;

    private TlsEndpoint(TlsSnapshot snapshot, TimeProvider time)
    {
        _snapshot = snapshot;
        _time = time;
    }

    /// <summary>Reads certificate, key and authorities now and checks that they can work together.</summary>
    public static TlsEndpointResult Load(TlsOptions options, TimeProvider? time = null)
    {
        List<string> errors = [];
        List<string> warnings = [];
        TlsSnapshot? snapshot = TlsSnapshot.Load(options, time ?? TimeProvider.System, errors, warnings);
        TlsEndpoint? endpoint = snapshot is null ? null : new TlsEndpoint(snapshot, time ?? TimeProvider.System);
        return new(endpoint, [.. errors], [.. warnings]);
    }

    /// <summary>Reads everything anew for the handshakes that follow.</summary>
    public PreparedReload? Prepare(TlsOptions options, ReloadReport report)
    {
        List<string> errors = [];
        TlsSnapshot? next = TlsSnapshot.Load(options, _time, errors, report.Warnings);
        report.Errors.AddRange(errors.Select(error => $"Error: {error}"));
        return next is null ? null : new PreparedReload(() => _snapshot = next);
    }

    /// <summary>Puts TLS before whatever the listener does with its connections. HTTP behind it is HTTP/1.1, for
    /// WebSocket.</summary>
    /// <param name="listen">The listener. Its services must have an <see cref="ILoggerFactory"/>.</param>
    /// <param name="logsConnections">Asked for each connection that succeeds: whether there is a line for it
    /// (<c>connection_messages</c>).</param>
    public void Use(ListenOptions listen, Func<bool> logsConnections)
    {
        listen.Protocols = HttpProtocols.Http1;
        ILogger logger = listen.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger<TlsEndpoint>();
        listen.Use(next => context => ServeAsync(context, next, logger, logsConnections));
    }

    private Task ServeAsync(ConnectionContext context, ConnectionDelegate next, ILogger logger, Func<bool> logsConnections) =>
        new TlsConnection(context, _snapshot, _time, logger).ServeAsync(next, logsConnections());

    /// <summary>A version as OpenSSL, and so mosquitto's log, writes it.</summary>
    internal static string VersionName(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls12 => "TLSv1.2",
        SslProtocols.Tls13 => "TLSv1.3",
        _ => protocol.ToString(),
    };
}
