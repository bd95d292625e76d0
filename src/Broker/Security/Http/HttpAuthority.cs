using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;
using Broker.Diagnostics;

namespace Broker.Security.Http;

/// <summary>
/// A service that is asked by POST. So many questions at a time, so many more that wait, and each for so long: whatever it
/// does, who asks is answered within <c>http_auth_timeout</c>. Any thread may ask; it is done on the pool.
/// </summary>
internal sealed partial class HttpAuthority : IDisposable
{
    /// <summary>Questions that may wait beyond those that are being asked.</summary>
    public const int WaitingMax = 10_000;

    private const int AnswerBytesMax = 64 * 1024;

    /// <summary>While it fails, the log says so this often.</summary>
    private static readonly TimeSpan SaidEvery = TimeSpan.FromMinutes(1);

    private readonly HttpAuthOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HttpAuthCounts _counts;
    private readonly HttpClient _client;
    private readonly SemaphoreSlim _places;
    private readonly CancellationTokenSource _stopping = new();
    private readonly AnswerCache _cache;
    private readonly Lock _lock = new();
    private int _asking;
    private int _failures;
    private long? _saidAt;

    /// <param name="place">Who is asked, and how.</param>
    /// <param name="authorities">Who may vouch for it; null: whom the system trusts.</param>
    /// <param name="surroundings">Clock, log and counts.</param>
    public HttpAuthority(HttpPlace place, X509Certificate2Collection? authorities, AuthenticationSurroundings surroundings)
    {
        Place = place;
        _options = place.Options;
        _time = surroundings.Time;
        _logger = surroundings.Logger;
        _counts = surroundings.Http;
        _client = OutboundHttp.Create(authorities, _options.Concurrency, AnswerBytesMax);
        _places = new SemaphoreSlim(_options.Concurrency);
        _cache = new AnswerCache(_time, _options.CacheTime);
    }

    /// <summary>Who is asked, and how.</summary>
    public HttpPlace Place { get; }

    /// <summary>Asks, unless the answer is remembered. Does not fail; goes on on the pool.</summary>
    /// <param name="url">Where.</param>
    /// <param name="question">What.</param>
    /// <param name="isRemembered">Whether an answer counts for who asks the same later, and does not keep it.</param>
    public async ValueTask<HttpAnswer> AskAsync(Uri url, HttpQuestion question, bool isRemembered = true)
    {
        await Task.Yield();
        byte[] body = question.Write(_options.Format);
        UInt128 key = isRemembered ? _cache.KeyOf(url, body) : default;
        if (isRemembered && _cache.Find(key) is { } known)
        {
            _counts.Questions.Add(HttpAuthOutcome.Remembered);
            return known;
        }
        HttpAnswer answer = await AskAsync(url, body);
        CryptographicOperations.ZeroMemory(body);
        _counts.Questions.Add(answer.Outcome);
        if (isRemembered && answer.Outcome == HttpAuthOutcome.Allowed) _cache.Add(key, answer);
        Tell(url, answer);
        return answer;
    }

    /// <summary>Forgets every answer.</summary>
    public void Forget() => _cache.Clear();

    /// <summary>Gives up what is under way.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        lock (_lock) SetSaid(null);
        _client.Dispose();
    }

    private async ValueTask<HttpAnswer> AskAsync(Uri url, byte[] body)
    {
        if (Interlocked.Increment(ref _asking) > _options.Concurrency + WaitingMax)
        {
            Interlocked.Decrement(ref _asking);
            return HttpAnswer.Busy;
        }
        using CancellationTokenSource limit = new(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
        try
        {
            await _places.WaitAsync(either.Token);
            try
            {
                return await SendAsync(url, body, either.Token);
            }
            finally
            {
                _places.Release();
            }
        }
        catch (OperationCanceledException)
        {
            return HttpAnswer.Failed($"no answer within {_options.Timeout.TotalSeconds} seconds");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or ObjectDisposedException)
        {
            return HttpAnswer.Failed(OutboundHttp.ReasonOf(error, url));
        }
        finally
        {
            Interlocked.Decrement(ref _asking);
        }
    }

    private async Task<HttpAnswer> SendAsync(Uri url, byte[] body, CancellationToken token)
    {
        long begun = _time.GetTimestamp();
        using HttpRequestMessage request = new(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        string type = _options.Format == HttpAuthFormat.Json ? "application/json" : "application/x-www-form-urlencoded";
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using HttpResponseMessage response = await _client.SendAsync(request, token);
        byte[] answer = await response.Content.ReadAsByteArrayAsync(token);
        _counts.Answering?.Invoke(_time.GetElapsedTime(begun));
        return HttpAnswer.Read(response.StatusCode, answer);
    }

    private void Tell(Uri url, HttpAnswer answer)
    {
        if (answer.Outcome == HttpAuthOutcome.Busy) return;
        int failures = 0;
        bool isBack = false;
        lock (_lock)
        {
            // What was cut short by its end says nothing about the service.
            if (_stopping.IsCancellationRequested) return;
            if (answer.Outcome != HttpAuthOutcome.Failed)
            {
                isBack = _saidAt is not null;
                _failures = 0;
                SetSaid(null);
            }
            else
            {
                _failures++;
                if (_saidAt is not { } at || _time.GetElapsedTime(at) >= SaidEvery)
                {
                    (failures, _failures) = (_failures, 0);
                    SetSaid(_time.GetTimestamp());
                }
            }
        }
        string then = _options.AllowsOnFailure ? "allowed" : "refused";
        if (failures > 0) Log.Fails(_logger, url, answer.Detail!, failures, then);
        else if (isBack) Log.Answers(_logger, url);
    }

    // Null: it answers. Under the lock.
    private void SetSaid(long? at)
    {
        if (at.HasValue != _saidAt.HasValue) _counts.Fails(at.HasValue);
        _saidAt = at;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.HttpAuthFails, LogLevel.Warning,
            "{Url}, which says who may do what, does not answer as it should: {Reason}. {Count} such questions since this was " +
            "last said; what it is asked about is {Then} meanwhile.")]
        internal static partial void Fails(ILogger logger, Uri url, string reason, int count, string then);

        [LoggerMessage(EventIds.HttpAuthAnswers, LogLevel.Information, "{Url}, which says who may do what, answers again.")]
        internal static partial void Answers(ILogger logger, Uri url);
    }
}
