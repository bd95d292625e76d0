using System.Security.Cryptography.X509Certificates;
using System.Text;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Security;
using Broker.Security.Jwt;
using Broker.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Security;

/// <summary>Keys that are fetched: from a real server, with the test's clock.</summary>
public sealed class JwksSourceTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TestLog _log = new();
    private readonly TokenSigner _one = TokenSigner.Ec(keyId: "one");
    private readonly TokenSigner _two = TokenSigner.Ec(keyId: "two");
    private TestWebServer _server = null!;
    private AuthenticationSurroundings _surroundings = null!;
    private JwksSource _source = null!;
    private JwtVerifier _verifier = null!;

    public async Task InitializeAsync()
    {
        _server = await TestWebServer.StartAsync(TestWebServer.Text(TokenSigner.SetOf(_one)));
        _surroundings = new AuthenticationSurroundings(_time, _log);
        Use(_server.Url, null);
    }

    public async Task DisposeAsync()
    {
        _source.Dispose();
        await _server.DisposeAsync();
        _one.Dispose();
        _two.Dispose();
    }

    [Fact]
    public async Task The_first_token_waits_for_the_keys_and_the_next_do_not_ask_again()
    {
        Assert.Equal(AuthenticationOutcome.Allowed, await Judge(_one));
        Assert.Equal(AuthenticationOutcome.Allowed, await Judge(_one));

        Assert.Equal(1, _server.Requests);
        Assert.Equal(1, _surroundings.Jwks.Fetches[JwksOutcome.Succeeded]);
    }

    [Fact]
    public async Task A_key_that_is_new_is_fetched_but_not_at_every_token_that_names_one()
    {
        await Judge(_one);
        _server.Answer = TestWebServer.Text(TokenSigner.SetOf(_one, _two));

        Assert.Equal(AuthenticationOutcome.BadUserNameOrPassword, await Judge(_two));
        Assert.Equal(1, _server.Requests);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(AuthenticationOutcome.Allowed, await Judge(_two));
        Assert.Equal(2, _server.Requests);
        using TokenSigner nobody = TokenSigner.Ec(keyId: "nobody");
        for (int i = 0; i < 10; i++) Assert.Equal(AuthenticationOutcome.BadUserNameOrPassword, await Judge(nobody));
        Assert.Equal(2, _server.Requests);
    }

    [Fact]
    [Directive("jwt_jwks_refresh"), Directive("jwt_jwks_retry"), Directive("jwt_jwks_timeout")]
    public async Task When_keys_are_fetched_and_how_long_that_may_take_is_as_it_was_said()
    {
        Use(_server.Url, null, options => options with
        {
            JwksRefresh = TimeSpan.FromMinutes(1), JwksRetry = TimeSpan.FromSeconds(30), JwksTimeout = TimeSpan.FromSeconds(2),
        });
        await Judge(_one);
        _time.Advance(TimeSpan.FromSeconds(29));
        await Judge(_two);
        Assert.Equal(1, _server.Requests);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Judge(_two);
        Assert.Equal(2, _server.Requests);

        TaskCompletionSource isAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Answer = context =>
        {
            isAsked.SetResult();
            return TestWebServer.HangAsync(context);
        };
        _time.Advance(TimeSpan.FromSeconds(59));
        _source.RefreshIfDue();
        Assert.Equal(2, _server.Requests);
        _time.Advance(TimeSpan.FromSeconds(1));
        _source.RefreshIfDue();
        await isAsked.Task.WaitAsync(TestTime.Patience);
        _time.Advance(TimeSpan.FromSeconds(2));
        await _log.Lines.WaitForAsync("no answer within 2 seconds.");
    }

    [Fact]
    public async Task Many_who_need_the_keys_at_once_make_one_request()
    {
        TaskCompletionSource mayAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Answer = async context =>
        {
            await mayAnswer.Task;
            await TestWebServer.Text(TokenSigner.SetOf(_one))(context);
        };

        Task<AuthenticationOutcome>[] asked = [.. Enumerable.Range(0, 100).Select(_ => Judge(_one))];
        mayAnswer.SetResult();

        Assert.All(await Task.WhenAll(asked), outcome => Assert.Equal(AuthenticationOutcome.Allowed, outcome));
        Assert.Equal(1, _server.Requests);
    }

    [Fact]
    public async Task A_server_that_hangs_holds_up_nobody_whose_key_is_known_and_the_others_for_a_bounded_time()
    {
        await Judge(_one);
        TaskCompletionSource isAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Answer = context =>
        {
            isAsked.SetResult();
            return TestWebServer.HangAsync(context);
        };
        _time.Advance(TimeSpan.FromMinutes(10));
        _source.RefreshIfDue();
        Task<AuthenticationOutcome> unknown = Judge(_two);
        await isAsked.Task.WaitAsync(TestTime.Patience);

        Assert.Equal(AuthenticationOutcome.Allowed, await Judge(_one));
        Assert.False(unknown.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(AuthenticationOutcome.BadUserNameOrPassword, await unknown);
        await _log.Lines.WaitForAsync("no answer within 5 seconds. 1 that came before stay in use");
        Assert.Equal(AuthenticationOutcome.Allowed, await Judge(_one));
    }

    [Fact]
    public async Task Thousands_who_wait_for_keys_do_not_make_the_server_busy_for_those_whose_key_is_there()
    {
        await Judge(_one);
        _server.Answer = TestWebServer.HangAsync;
        _time.Advance(TimeSpan.FromSeconds(10));
        Task<AuthenticationOutcome>[] unknown = [.. Enumerable.Range(0, 3000).Select(_ => Judge(_two))];
        await Task.WhenAny(unknown).WaitAsync(TestTime.Patience);

        // Until those that came at once have been looked at the line may be full; who waits for keys is not in it any more.
        using var patience = new CancellationTokenSource(TestTime.Patience);
        AuthenticationOutcome known;
        while ((known = await Judge(_one)) == AuthenticationOutcome.ServerBusy) patience.Token.ThrowIfCancellationRequested();
        Assert.Equal(AuthenticationOutcome.Allowed, known);

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.DoesNotContain(AuthenticationOutcome.Allowed, await Task.WhenAll(unknown));
    }

    [Theory]
    [InlineData(500, "oops", "the answer was 500")]
    [InlineData(404, "", "the answer was 404")]
    [InlineData(302, "", "the answer was 302")]
    [InlineData(200, "<html>", "it is neither PEM nor")]
    [InlineData(200, "{\"keys\":[]}", "there is no key for signatures in it")]
    public async Task An_answer_that_is_of_no_use_changes_nothing_and_is_said_once(int status, string text, string reason)
    {
        await Judge(_one);
        _server.Answer = TestWebServer.Text(text, status);

        for (int i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(10));
            _source.RefreshIfDue();
            await _source.FetchForUnknownAsync();
        }

        Assert.Equal(AuthenticationOutcome.Allowed, await Judge(_one));
        Assert.Equal(4, _server.Requests);
        Assert.Single(_log.Lines.All, line => line.Contains(reason, StringComparison.Ordinal));
        Assert.Equal(1, _surroundings.Jwks.FailingCount);
        _server.Answer = TestWebServer.Text(TokenSigner.SetOf(_two));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(AuthenticationOutcome.Allowed, await Judge(_two));
        Assert.Equal(AuthenticationOutcome.BadUserNameOrPassword, await Judge(_one));
        Assert.Equal(2, _log.Lines.All.Count(line => line.Contains("keys for tokens came from", StringComparison.Ordinal)));
        Assert.Equal(0, _surroundings.Jwks.FailingCount);
    }

    [Fact]
    public async Task A_source_that_a_reload_has_put_away_does_not_fail_for_ever()
    {
        _server.Answer = TestWebServer.Text("oops", 500);
        await Judge(_one);
        Assert.Equal(1, _surroundings.Jwks.FailingCount);
        _source.Dispose();
        Assert.Equal(0, _surroundings.Jwks.FailingCount);
    }

    [Fact]
    public async Task An_answer_that_does_not_end_is_cut_off()
    {
        byte[] piece = Encoding.ASCII.GetBytes(new string(' ', 16 * 1024));
        _server.Answer = async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(piece);
        };

        Assert.Equal(AuthenticationOutcome.NotAnswered, await Judge(_one));
    }

    [Fact]
    public async Task Nobody_there_means_that_the_service_does_not_answer_until_it_is_there()
    {
        int port = _server.Url.Port;
        await _server.DisposeAsync();

        Assert.Equal(AuthenticationOutcome.NotAnswered, await Judge(_one));
        _server = await TestWebServer.StartAsync(TestWebServer.Text(TokenSigner.SetOf(_one)), port: port);
        Assert.Equal(AuthenticationOutcome.NotAnswered, await Judge(_one));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(AuthenticationOutcome.Allowed, await Judge(_one));
    }

    [Fact]
    public async Task Over_https_the_server_must_be_vouched_for()
    {
        using Certificates authority = Certificates.NewAuthority();
        using Certificates stranger = Certificates.NewAuthority("Stranger");
        using X509Certificate2 certificate = authority.Server();
        await using TestWebServer server =
            await TestWebServer.StartAsync(TestWebServer.Text(TokenSigner.SetOf(_one)), certificate);

        Use(server.Url, stranger.AuthorityPem);
        Assert.Equal(AuthenticationOutcome.NotAnswered, await Judge(_one));
        Use(server.Url, null);
        Assert.Equal(AuthenticationOutcome.NotAnswered, await Judge(_one));
        Use(server.Url, authority.AuthorityPem);
        Assert.Equal(AuthenticationOutcome.Allowed, await Judge(_one));
        Use(new Uri($"https://127.0.0.2:{server.Url.Port}"), authority.AuthorityPem);
        Assert.Equal(AuthenticationOutcome.NotAnswered, await Judge(_one));
    }

    private void Use(Uri url, string? authority, Func<JwtOptions, JwtOptions>? change = null)
    {
        _source?.Dispose();
        X509Certificate2Collection? authorities = null;
        if (authority is not null) (authorities = []).ImportFromPem(authority);
        JwtOptions options = new() { JwksUrl = url };
        if (change is not null) options = change(options);
        _source = new JwksSource(
            new JwksPlace(url, authority ?? "", options.JwksRefresh, options.JwksRetry, options.JwksTimeout), authorities,
            _surroundings);
        _verifier = new JwtVerifier(options, JwtKeys.None, _source, _time);
    }

    private async Task<AuthenticationOutcome> Judge(TokenSigner signer) =>
        (await _verifier.VerifyAsync(Encoding.UTF8.GetBytes(signer.For("ann", _time.GetUtcNow())), null)).Outcome;
}
