using System.Collections.Immutable;
using System.Net;
using System.Security.Authentication;
using Broker.Configuration;
using Broker.Connections;
using Broker.Diagnostics;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Broker.Transport.Tls;

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
    private volatile Loaded _loaded;
    private string _seen;
    private string? _failed;

    private TlsEndpoint(Loaded loaded, TimeProvider time)
    {
        _loaded = loaded;
        _seen = loaded.Stamp;
        _time = time;
    }

    /// <summary>How its handshakes end.</summary>
    public TlsCounts Counts { get; } = new();

    /// <summary>Reads certificate, key and authorities now and checks that they can work together.</summary>
    public static TlsEndpointResult Load(TlsOptions options, TimeProvider? time = null)
    {
        List<string> errors = [];
        List<string> warnings = [];
        // Before the files are read: a change meanwhile is one that comes later.
        string stamp = TlsFileStamp.Of(options);
        TlsSnapshot? snapshot = TlsSnapshot.Load(options, time ?? TimeProvider.System, errors, warnings);
        TlsEndpoint? endpoint =
            snapshot is null ? null : new TlsEndpoint(new Loaded(options, snapshot, stamp), time ?? TimeProvider.System);
        return new(endpoint, [.. errors], [.. warnings]);
    }

    /// <summary>Reads everything anew for the handshakes that follow.</summary>
    public PreparedReload? Prepare(TlsOptions options, ReloadReport report)
    {
        List<string> errors = [];
        string stamp = TlsFileStamp.Of(options);
        TlsSnapshot? next = TlsSnapshot.Load(options, _time, errors, report.Warnings);
        report.Errors.AddRange(errors.Select(error => $"Error: {error}"));
        return next is null ? null : new PreparedReload(() => _loaded = new Loaded(options, next, stamp));
    }

    /// <summary>
    /// Looks whether a file has changed, and reads all of them anew when they have settled: when they are the same at the next
    /// look. So a certificate that is written before its key is not taken for a mistake. One caller at a time.
    /// </summary>
    /// <param name="report">Takes errors, upon which everything stays as it is, and warnings.</param>
    /// <returns>Whether files were read, with success or not.</returns>
    public bool Refresh(ReloadReport report)
    {
        Loaded loaded = _loaded;
        string stamp = TlsFileStamp.Of(loaded.Options);
        bool hasSettled = stamp == _seen;
        _seen = stamp;
        if (!hasSettled || stamp == loaded.Stamp || stamp == _failed) return false;
        // Whatever happens now is said once, until a file changes again.
        _failed = stamp;
        TlsSnapshot? next = TlsSnapshot.Load(loaded.Options, _time, report.Errors, report.Warnings);
        if (next is not null) _failed = null;
        // Unless a reload was faster, which has read the files itself.
        if (next is not null) Interlocked.CompareExchange(ref _loaded, new Loaded(loaded.Options, next, stamp), loaded);
        return true;
    }

    /// <summary>The server's certificates that handshakes are done with now.</summary>
    public IReadOnlyList<TlsServerCertificate> Certificates => _loaded.Snapshot.Certificates;

    /// <summary>Whose files these are: the listener's own certificate.</summary>
    public string CertFile => _loaded.Options.CertFile;

    /// <summary>Puts TLS before whatever the listener does with its connections. HTTP behind it is HTTP/1.1, for
    /// WebSocket.</summary>
    /// <param name="listen">The listener. Its services must have an <see cref="ILoggerFactory"/>.</param>
    /// <param name="logsConnections">Asked for each connection that succeeds: whether there is a line for it
    /// (<c>connection_messages</c>).</param>
    /// <param name="places">Where its handshakes are computed; null: one place of its own.</param>
    /// <param name="patience">Asked for each connection: how long the client may keep us waiting in its handshake; null: for
    /// <see cref="TlsConnection.HandshakePatience"/>.</param>
    public void Use(
        ListenOptions listen, Func<bool> logsConnections, Places? places = null, Func<TimeSpan>? patience = null)
    {
        listen.Protocols = HttpProtocols.Http1;
        ILogger logger = listen.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger<TlsEndpoint>();
        if (places is null) (places = new Places(_time)).SetLimits(countMax: 1);
        patience ??= static () => TlsConnection.HandshakePatience;
        listen.Use(next => context =>
        {
            var pace = new TlsHandshakePace(places, _time, patience(), context.ConnectionClosed)
            {
                Address = (context.RemoteEndPoint as IPEndPoint)?.Address,
            };
            return new TlsConnection(context, _loaded.Snapshot, pace, logger).ServeAsync(next, Counts, logsConnections());
        });
    }

    /// <summary>A version as OpenSSL, and so mosquitto's log, writes it.</summary>
    internal static string VersionName(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls12 => "TLSv1.2",
        SslProtocols.Tls13 => "TLSv1.3",
        _ => protocol.ToString(),
    };

    private sealed record Loaded(TlsOptions Options, TlsSnapshot Snapshot, string Stamp);
}
