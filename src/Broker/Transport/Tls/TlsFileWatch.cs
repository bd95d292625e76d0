using System.Security.Cryptography;
using Broker.Configuration;
using Broker.Diagnostics;

namespace Broker.Transport.Tls;

/// <summary>
/// Looks every other second whether a certificate, key, authority or revocation list has changed. New handshakes then use the new
/// ones; who is connected stays so. Files that do not work leave everything as it is, which is said once, and so is that a
/// certificate which was good has expired.
/// </summary>
internal sealed partial class TlsFileWatch : IHeartbeatListener
{
    private const long PeriodMilliseconds = 2000;

    private readonly IReadOnlyList<TlsEndpoint> _endpoints;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private DateTimeOffset _lookedAt;
    private long _due;
    private int _isLooking;

    public TlsFileWatch(IEnumerable<TlsEndpoint> endpoints, TimeProvider time, ILogger logger)
    {
        _endpoints = [.. endpoints];
        _time = time;
        _lookedAt = time.GetUtcNow();
        _logger = logger;
    }

    /// <summary>Hands a look over to the thread pool: a file system that hangs must not hold up the heartbeat.</summary>
    public void OnTick(long nowMilliseconds)
    {
        if (_endpoints.Count == 0 || nowMilliseconds < _due) return;
        _due = nowMilliseconds + PeriodMilliseconds;
        if (Interlocked.Exchange(ref _isLooking, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(static watch => watch.Look(), this, preferLocal: false);
    }

    /// <summary>Looks at all of them.</summary>
    public void Look()
    {
        try
        {
            foreach (TlsEndpoint endpoint in _endpoints) Look(endpoint);
            LookForExpired();
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }

    private void Look(TlsEndpoint endpoint)
    {
        ReloadReport report = new();
        try
        {
            if (!endpoint.Refresh(report)) return;
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // A file that went away while it was read; the next look finds it settled or gone.
            report.Errors.Add(trouble.Message);
        }
        foreach (string warning in report.Warnings) Log.Warning(_logger, warning);
        foreach (string error in report.Errors) Log.Error(_logger, error);
        if (report.Errors.Count == 0) Log.Changed(_logger, endpoint.CertFile);
        else Log.Kept(_logger, endpoint.CertFile);
    }

    private void LookForExpired()
    {
        (DateTimeOffset before, _lookedAt) = (_lookedAt, _time.GetUtcNow());
        foreach (TlsServerCertificate certificate in _endpoints.SelectMany(static endpoint => endpoint.Certificates))
        {
            DateTimeOffset end = certificate.Own.NotAfter;
            if (end > before && end <= _lookedAt) Log.Expired(_logger, certificate.File, end.ToUniversalTime());
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.TlsFilesChanged, LogLevel.Information,
            "TLS files changed: new connections to the listener with certfile {CertFile} use them.")]
        internal static partial void Changed(ILogger logger, string certFile);

        [LoggerMessage(EventIds.TlsFilesKept, LogLevel.Error,
            "TLS files changed but do not work: the listener with certfile {CertFile} goes on with those it has.")]
        internal static partial void Kept(ILogger logger, string certFile);

        [LoggerMessage(EventIds.TlsCertificateExpired, LogLevel.Warning,
            "The certificate in {CertFile} has expired on {End:u}: clients that look at dates do not connect any more. Renew it: "
            + "new files are taken without a restart or a signal.")]
        internal static partial void Expired(ILogger logger, string certFile, DateTimeOffset end);

        [LoggerMessage(EventIds.TlsFilesWarning, LogLevel.Warning, "{Warning}")]
        internal static partial void Warning(ILogger logger, string warning);

        [LoggerMessage(EventIds.TlsFilesError, LogLevel.Error, "{Error}")]
        internal static partial void Error(ILogger logger, string error);
    }
}
