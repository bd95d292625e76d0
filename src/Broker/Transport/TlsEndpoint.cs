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
/// are a
/// snapshot that a connection takes when it begins, so they can be replaced while the listener runs.
/// </summary>
internal sealed class TlsEndpoint
{
    private readonly TimeProvider _time;
    private readonly TlsSnapshot _snapshot;

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

    /// <summary>Puts TLS before whatever the listener does with its connections. HTTP behind it is HTTP/1.1, for
    /// WebSocket.</summary>
    /// <param name="listen">The listener. Its services must have an <see cref="ILoggerFactory"/>.</param>
    /// <param name="logsConnections">False: no line for a connection that succeeds (<c>connection_messages false</c>).</param>
    public void Use(ListenOptions listen, bool logsConnections = true)
    {
        listen.Protocols = HttpProtocols.Http1;
        ILogger logger = listen.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger<TlsEndpoint>();
        listen.Use(next => context => ServeAsync(context, next, logger, logsConnections));
    }

    private Task ServeAsync(ConnectionContext context, ConnectionDelegate next, ILogger logger, bool logsConnections) =>
        new TlsConnection(context, _snapshot, _time, logger).ServeAsync(next, logsConnections);

    /// <summary>A version as OpenSSL, and so mosquitto's log, writes it.</summary>
    internal static string VersionName(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls12 => "TLSv1.2",
        SslProtocols.Tls13 => "TLSv1.3",
        _ => protocol.ToString(),
    };
}
