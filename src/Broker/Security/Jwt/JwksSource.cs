using System.Security.Cryptography.X509Certificates;
using System.Text;
using Broker.Diagnostics;

namespace Broker.Security.Jwt;

/// <summary>
/// Keys that are fetched from a URL and kept. One fetch at a time; none sooner than <c>jwt_jwks_retry</c> after the one before.
/// What was fetched last stays until something else is. Any thread may ask, nobody waits but those whose key is not there.
/// </summary>
internal sealed partial class JwksSource : IDisposable
{
    private const int SetBytesMax = 256 * 1024;

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly JwksCounts _counts;
    private readonly HttpClient _client;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private volatile JwtKeys _keys = JwtKeys.None;
    private Task _fetch = Task.CompletedTask;
    private long? _begunAt;
    private long? _fetchedAt;
    private bool _isFailing;

    /// <param name="place">Where and how often.</param>
    /// <param name="authorities">Who may vouch for the server; null: whom the system trusts.</param>
    /// <param name="surroundings">Clock, log and counts.</param>
    public JwksSource(JwksPlace place, X509Certificate2Collection? authorities, AuthenticationSurroundings surroundings)
    {
        Place = place;
        _time = surroundings.Time;
        _logger = surroundings.Logger;
        _counts = surroundings.Jwks;
        _client = OutboundHttp.Create(authorities, connectionsMax: 1, SetBytesMax);
    }

    /// <summary>Where and how often.</summary>
    public JwksPlace Place { get; }

    /// <summary>What was fetched last.</summary>
    public JwtKeys Keys => _keys;

    /// <summary>Begins a fetch when the keys are old, or were never there. Never waits.</summary>
    public void RefreshIfDue()
    {
        lock (_lock)
        {
            if (_fetchedAt is { } at && _time.GetElapsedTime(at) < Place.Refresh) return;
            BeginIfAllowed();
        }
    }

    /// <summary>
    /// Waits for the fetch that is under way, or for a new one if there may be one. Never longer than <c>jwt_jwks_timeout</c>,
    /// does not fail, and goes on on the pool.
    /// </summary>
    public Task FetchForUnknownAsync()
    {
        lock (_lock)
        {
            BeginIfAllowed();
            return _fetch;
        }
    }

    /// <summary>Gives up what is under way.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        lock (_lock) SetFailing(false);
        _client.Dispose();
    }

    // Under the lock. The fetch goes on elsewhere before it does anything.
    private void BeginIfAllowed()
    {
        if (!_fetch.IsCompleted || _stopping.IsCancellationRequested) return;
        if (_begunAt is { } at && _time.GetElapsedTime(at) < Place.Retry) return;
        _begunAt = _time.GetTimestamp();
        _fetch = FetchAsync();
    }

    private async Task FetchAsync()
    {
        await Task.Yield();
        JwtKeys before = _keys;
        string? trouble = await TryFetchAsync();
        if (_stopping.IsCancellationRequested) return;
        bool wasFailing = _isFailing;
        bool isNews = wasFailing || _fetchedAt is null || !_keys.AreSameAs(before);
        lock (_lock)
        {
            SetFailing(trouble is not null && !_stopping.IsCancellationRequested);
            if (trouble is null) _fetchedAt = _time.GetTimestamp();
        }
        _counts.Fetched(trouble is null);
        if (trouble is null && isNews) Log.Fetched(_logger, _keys.All.Length, Place.Url);
        else if (trouble is not null && !wasFailing) Log.NotFetched(_logger, Place.Url, trouble, _keys.All.Length);
    }

    private void SetFailing(bool isFailing)
    {
        if (isFailing != _isFailing) _counts.Fails(isFailing);
        _isFailing = isFailing;
    }

    // Null, or why not.
    private async Task<string?> TryFetchAsync()
    {
        using CancellationTokenSource limit = new(Place.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
        try
        {
            using HttpResponseMessage response = await _client.GetAsync(Place.Url, either.Token);
            if (!response.IsSuccessStatusCode) return $"the answer was {(int)response.StatusCode}";
            byte[] body = await response.Content.ReadAsByteArrayAsync(either.Token);
            if (JwtKeyReader.ReadSet(Encoding.UTF8.GetString(body), acceptsSecrets: false, out string? wrong) is not { } keys)
                return wrong;
            _keys = keys;
            return null;
        }
        catch (OperationCanceledException)
        {
            return $"no answer within {Place.Timeout.TotalSeconds} seconds";
        }
        catch (Exception error) when (error is HttpRequestException or IOException or ObjectDisposedException)
        {
            return OutboundHttp.ReasonOf(error, Place.Url);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.JwksFetched, LogLevel.Information, "{Count} keys for tokens came from {Url}.")]
        internal static partial void Fetched(ILogger logger, int count, Uri url);

        [LoggerMessage(EventIds.JwksNotFetched, LogLevel.Warning,
            "No keys for tokens come from {Url}: {Reason}. {Count} that came before stay in use; it is tried again, and said " +
            "when it has worked.")]
        internal static partial void NotFetched(ILogger logger, Uri url, string reason, int count);
    }
}
