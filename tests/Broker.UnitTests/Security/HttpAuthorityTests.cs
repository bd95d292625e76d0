using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Security;
using Broker.Security.Http;
using Broker.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Security;

/// <summary>A real service that is quick, slow, dead or mad, with the test's clock.</summary>
public sealed class HttpAuthorityTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TestLog _log = new();
    private readonly List<HttpAuthority> _made = [];
    private readonly ConcurrentQueue<string> _bodies = new();
    private AuthenticationSurroundings _surroundings = null!;
    private TestWebServer _server = null!;

    public async Task InitializeAsync()
    {
        _surroundings = new AuthenticationSurroundings(_time, _log);
        _server = await TestWebServer.StartAsync(AllowAsync);
    }

    public async Task DisposeAsync()
    {
        foreach (HttpAuthority authority in _made) authority.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(HttpAuthFormat.Json, "application/json", "{\"clientid\":\"c\",\"username\":\"ann\"")]
    [InlineData(HttpAuthFormat.Form, "application/x-www-form-urlencoded", "clientid=c&username=ann&password=secret")]
    internal async Task It_is_asked_by_POST_in_the_form_that_it_wants(HttpAuthFormat format, string type, string begin)
    {
        _server.Answer = async context =>
        {
            Assert.Equal(("POST", type), (context.Request.Method, context.Request.ContentType));
            await AllowAsync(context);
        };

        Assert.Equal(HttpAuthOutcome.Allowed, (await Ask(Make(it => it with { Format = format }))).Outcome);

        Assert.StartsWith(begin, Assert.Single(_bodies), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_yes_is_remembered_for_its_time_and_a_no_is_not()
    {
        HttpAuthority authority = Make();

        Assert.Equal(HttpAuthOutcome.Allowed, (await Ask(authority)).Outcome);
        Assert.Equal(HttpAuthOutcome.Allowed, (await Ask(authority)).Outcome);
        Assert.Equal(1, _server.Requests);
        Assert.Equal(HttpAuthOutcome.Allowed, (await Ask(authority, "other")).Outcome);
        Assert.Equal(2, _server.Requests);
        _server.Answer = TestWebServer.Text("", 403);
        Assert.Equal(HttpAuthOutcome.Allowed, (await Ask(authority)).Outcome);
        authority.Forget();
        Assert.Equal(HttpAuthOutcome.Denied, (await Ask(authority)).Outcome);
        Assert.Equal(HttpAuthOutcome.Denied, (await Ask(authority)).Outcome);
        Assert.Equal(4, _server.Requests);
        _server.Answer = AllowAsync;
        Assert.Equal(HttpAuthOutcome.Allowed, (await Ask(authority)).Outcome);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpAuthOutcome.Allowed, (await Ask(authority)).Outcome);
        Assert.Equal(6, _server.Requests);
        Assert.Equal(2, _surroundings.Http.Questions[HttpAuthOutcome.Remembered]);
    }

    [Theory, Directive("http_auth_cache")]
    [InlineData(0, 0, 2)]
    [InlineData(60, 59, 1)]
    [InlineData(60, 60, 2)]
    public async Task How_long_a_yes_is_remembered_is_as_it_was_said(int cacheSeconds, int secondsLater, int questions)
    {
        HttpAuthority authority = Make(it => it with { CacheTime = TimeSpan.FromSeconds(cacheSeconds) });

        await Ask(authority);
        _time.Advance(TimeSpan.FromSeconds(secondsLater));
        await Ask(authority);

        Assert.Equal(questions, _server.Requests);
    }

    [Fact]
    public async Task Not_more_are_asked_at_a_time_than_are_meant_and_all_are_answered()
    {
        const int Clients = 1000;
        int now = 0, most = 0;
        TaskCompletionSource full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Answer = async context =>
        {
            int count = Interlocked.Increment(ref now);
            InterlockedMax(ref most, count);
            if (count == 8) full.TrySetResult();
            await full.Task;
            Interlocked.Decrement(ref now);
            await AllowAsync(context);
        };
        HttpAuthority authority = Make(it => it with { Concurrency = 8 });

        HttpAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => Ask(authority, $"{i}")));

        Assert.All(answers, answer => Assert.Equal(HttpAuthOutcome.Allowed, answer.Outcome));
        Assert.Equal((Clients, 8), (_server.Requests, most));
    }

    [Fact]
    public async Task Who_waits_for_a_service_that_hangs_is_told_in_time_also_those_in_the_line()
    {
        TaskCompletionSource isAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Answer = context =>
        {
            isAsked.TrySetResult();
            return TestWebServer.HangAsync(context);
        };
        HttpAuthority authority = Make(it => it with { Concurrency = 1 });
        Task<HttpAnswer>[] asked = [.. Enumerable.Range(0, 100).Select(i => Ask(authority, $"{i}"))];
        await isAsked.Task.WaitAsync(TestTime.Patience);
        Assert.DoesNotContain(asked, task => task.IsCompleted);

        // Those that had not got as far yet have their own five seconds.
        Task<HttpAnswer[]> all = Task.WhenAll(asked);
        while (!all.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        Assert.All(await all, answer => Assert.Equal(HttpAuthOutcome.Failed, answer.Outcome));
        Assert.Equal(1, _surroundings.Http.FailingCount);
        _server.Answer = AllowAsync;
        Assert.Equal(HttpAuthOutcome.Allowed, (await Ask(authority)).Outcome);
        await _log.Lines.WaitForAsync("answers again.");
        Assert.Equal(0, _surroundings.Http.FailingCount);
    }

    [Fact]
    public async Task A_failure_is_said_once_a_minute_with_how_many_there_were()
    {
        _server.Answer = TestWebServer.Text("<html>", 502);
        HttpAuthority authority = Make();

        for (int i = 0; i < 10; i++) Assert.Equal(HttpAuthOutcome.Failed, (await Ask(authority)).Outcome);
        Assert.Single(_log.Lines.All);
        Assert.Contains("the answer was 502. 1 such questions", _log.Lines.All[0], StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromMinutes(1));
        await Ask(authority);
        Assert.Contains("10 such questions", _log.Lines.All[1], StringComparison.Ordinal);
        Assert.DoesNotContain(_log.Lines.All, line => line.Contains("secret", StringComparison.Ordinal));
        // Nor does one that a reload has put away fail for ever.
        Assert.Equal(1, _surroundings.Http.FailingCount);
        authority.Dispose();
        await Ask(authority);
        Assert.Equal(0, _surroundings.Http.FailingCount);
    }

    [Fact]
    public async Task Nobody_there_an_answer_that_does_not_end_and_one_that_breaks_off_are_failures()
    {
        byte[] piece = Encoding.ASCII.GetBytes(new string(' ', 16 * 1024));
        HttpAuthority authority = Make();
        _server.Answer = async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(piece);
        };
        Assert.Equal(HttpAuthOutcome.Failed, (await Ask(authority)).Outcome);
        _server.Answer = async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("allow");
            await context.Response.Body.FlushAsync();
            context.Abort();
        };
        Assert.Equal(HttpAuthOutcome.Failed, (await Ask(authority)).Outcome);
        await _server.DisposeAsync();
        Assert.Equal(HttpAuthOutcome.Failed, (await Ask(authority)).Outcome);
    }

    [Fact]
    [Directive("http_auth_cafile")]
    public async Task Over_https_the_service_must_be_vouched_for()
    {
        using Certificates authority = Certificates.NewAuthority();
        using X509Certificate2 certificate = authority.Server();
        await using TestWebServer server = await TestWebServer.StartAsync(TestWebServer.Text("ok"), certificate);
        X509Certificate2Collection trusted = [];
        trusted.ImportFromPem(authority.AuthorityPem);

        Assert.Equal(HttpAuthOutcome.Failed, (await Ask(Make(url: server.Url))).Outcome);
        Assert.Equal(HttpAuthOutcome.Allowed, (await Ask(Make(url: server.Url, trusted: trusted))).Outcome);
    }

    private HttpAuthority Make(
        Func<HttpAuthOptions, HttpAuthOptions>? change = null, Uri? url = null, X509Certificate2Collection? trusted = null)
    {
        HttpAuthOptions options = new() { AuthUrl = url ?? _server.Url };
        HttpAuthority authority = new(new HttpPlace(change?.Invoke(options) ?? options, ""), trusted, _surroundings);
        _made.Add(authority);
        return authority;
    }

    private static async Task<HttpAnswer> Ask(HttpAuthority authority, string clientId = "c")
    {
        ClientCredentials client = new(new ListenerSecurityOptions(), "ann", Encoding.UTF8.GetBytes("secret"))
        {
            ClientId = clientId,
        };
        return await authority.AskAsync(authority.Place.Options.AuthUrl!, HttpQuestion.About(in client)!);
    }

    private async Task AllowAsync(HttpContext context)
    {
        using StreamReader reader = new(context.Request.Body);
        _bodies.Enqueue(await reader.ReadToEndAsync());
        await context.Response.WriteAsync("{\"result\":\"allow\"}");
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int before;
        while ((before = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, before) != before)
        {
            // Somebody else was faster.
        }
    }
}
