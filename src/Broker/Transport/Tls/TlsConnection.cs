using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Broker.Diagnostics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Broker.Transport.Tls;

/// <summary>TLS of one connection: handshake, then the plain text as the connection's transport, then the farewell.</summary>
internal sealed partial class TlsConnection
{
    /// <summary>How long the client may keep us waiting in a handshake, all its answers together, where nothing else is
    /// said.</summary>
    public static readonly TimeSpan HandshakePatience = TimeSpan.FromSeconds(10);

    private const byte HandshakeRecord = 0x16;
    private const byte ConnectPacket = 0x10;

    private readonly ConnectionContext _context;
    private readonly TlsSnapshot _snapshot;
    private readonly TlsHandshakePace _pace;
    private readonly ILogger _logger;
    private string? _certificateRefusal;

    /// <param name="context">It.</param>
    /// <param name="snapshot">Certificates and trust.</param>
    /// <param name="pace">Of its handshake; disposed with it.</param>
    /// <param name="logger">The log.</param>
    public TlsConnection(ConnectionContext context, TlsSnapshot snapshot, TlsHandshakePace pace, ILogger logger)
    {
        _context = context;
        _snapshot = snapshot;
        _pace = pace;
        _logger = logger;
    }

    private string Address => RemoteAddress.Format(_context.RemoteEndPoint, _context.LocalEndPoint?.ToString());

    /// <summary>Serves the connection to its end. A failed handshake gives one log line and no exception.</summary>
    public async Task ServeAsync(ConnectionDelegate next, TlsCounts counts, bool logsSuccess)
    {
        IDuplexPipe transport = _context.Transport;
        TlsTransportStream stream = new(transport);
        await using SslStream ssl = new(stream, leaveInnerStreamOpen: true);
        bool isEncrypted = await HandshakeAsync(ssl, stream);
        counts.Handshakes.Add(isEncrypted ? HandshakeOutcome.Succeeded : HandshakeOutcome.Failed);
        if (!isEncrypted) return;
        TlsFeature feature = new(ssl);
        if (logsSuccess) Log.Negotiated(_logger, Address, feature.Version, feature.Cipher);
        _context.Features.Set<ITlsConnectionFeature>(feature);
        TlsDuplexPipe plain = TlsDuplexPipe.Over(ssl, _context.Features.Get<IMemoryPoolFeature>()?.MemoryPool);
        _context.Transport = plain;
        try
        {
            await next(_context);
        }
        finally
        {
            _context.Transport = transport;
            stream.StopWaiting();
            await plain.CompleteAsync();
        }
        await FarewellAsync(ssl);
    }

    private async Task<bool> HandshakeAsync(SslStream ssl, TlsTransportStream stream)
    {
        using TlsHandshakePace pace = _pace;
        stream.Pace = pace;
        try
        {
            await pace.BeginAsync(_context.Transport.Input).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            await AuthenticateAsync(ssl, pace.Token);
            return true;
        }
        catch (Exception trouble) when (trouble is AuthenticationException or IOException or OperationCanceledException)
        {
            LogFailure(stream, pace, trouble);
            return false;
        }
        finally
        {
            stream.Pace = null;
        }
    }

    private Task AuthenticateAsync(SslStream ssl, CancellationToken token) => _snapshot.HasNames
        ? ssl.AuthenticateAsServerAsync(
            (_, hello, _, _) => new(_snapshot.AuthenticationOptions(hello.ServerName, Validate)), null, token)
        : ssl.AuthenticateAsServerAsync(_snapshot.AuthenticationOptions("", Validate), token);

    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _certificateRefusal = certificate is X509Certificate2 given
            ? _snapshot.ClientTrust!.Refusal(given, chain)
            : "the client did not provide a certificate";
        return _certificateRefusal is null;
    }

    private static async Task FarewellAsync(SslStream ssl)
    {
        try
        {
            await ssl.ShutdownAsync();
        }
        catch (IOException)
        {
            // The connection broke before; there is nobody to say goodbye to.
        }
        catch (InvalidOperationException)
        {
            // The same, when SslStream has noticed it first.
        }
    }

    private void LogFailure(TlsTransportStream stream, TlsHandshakePace pace, Exception trouble)
    {
        if (_certificateRefusal == "the client did not provide a certificate")
            Log.NoCertificate(_logger, Address);
        else if (stream.FirstByte is ConnectPacket)
            Log.PlainMqtt(_logger, Address);
        else
            Log.Failed(_logger, Address, ReasonOf(stream, pace, trouble));
    }

    private string ReasonOf(TlsTransportStream stream, TlsHandshakePace pace, Exception trouble)
    {
        if (_certificateRefusal is not null) return _certificateRefusal;
        if (stream.FirstByte is not (null or HandshakeRecord)) return "what it sent is not TLS";
        if (pace.HasRunOut) return $"no TLS handshake within {pace.Patience.TotalSeconds:0} seconds";
        if (trouble is IOException or OperationCanceledException) return "it closed its connection during the TLS handshake";
        Exception deepest = trouble.GetBaseException();
        return deepest.Message.TrimEnd('.');
    }

    private static partial class Log
    {
        // Scripts look for these words of mosquitto.
        [LoggerMessage(1100, LogLevel.Information, "Connection from {Address} negotiated {Version} cipher {Cipher}")]
        internal static partial void Negotiated(ILogger logger, string address, string version, string cipher);

        [LoggerMessage(2100, LogLevel.Information, "Client connection from {Address} failed: {Reason}.")]
        internal static partial void Failed(ILogger logger, string address, string reason);

        [LoggerMessage(2101, LogLevel.Information,
            "Connection from {Address} rejected, client did not provide a certificate.")]
        internal static partial void NoCertificate(ILogger logger, string address);

        [LoggerMessage(2102, LogLevel.Information,
            "Client connection from {Address} failed: it sent MQTT without TLS to a port that needs TLS.")]
        internal static partial void PlainMqtt(ILogger logger, string address);
    }
}
