using System.Text;
using Broker.Configuration;
using Broker.Security;
using Broker.Security.Http;
using Broker.TestKit;
using Broker.TestKit.Processes;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Security;

public sealed class AuthenticatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly string _file;

    public AuthenticatorTests() => _file = _folder.Write("passwords", Line("ann", "secret"));

    public void Dispose() => _folder.Dispose();

    // What mosquitto answered to each of these.
    [Theory]
    [InlineData(true, true, null, null, "Allowed")]
    [InlineData(false, true, null, null, "NotAuthorized")]
    [InlineData(true, true, "", "secret", "Allowed")]
    [InlineData(false, true, "", "secret", "NotAuthorized")]
    [InlineData(true, true, null, "secret", "Allowed")]
    [InlineData(true, false, "ann", "whatever", "Allowed")]
    [InlineData(true, false, "ann", null, "Allowed")]
    [InlineData(false, false, "ann", "secret", "NotAuthorized")]
    [InlineData(true, true, "ann", null, "BadUserNameOrPassword")]
    [InlineData(true, true, "ann", "", "BadUserNameOrPassword")]
    [InlineData(true, true, "bob", null, "BadUserNameOrPassword")]
    [InlineData(true, true, "bob", "secret", "BadUserNameOrPassword")]
    [InlineData(true, true, "ann", "Secret", "BadUserNameOrPassword")]
    [InlineData(true, true, "ann", "secret", "Allowed")]
    [InlineData(false, true, "ann", "secret", "Allowed")]
    public async Task Names_and_passwords_are_judged_as_mosquitto_does(
        bool allowAnonymous, bool hasFile, string? user, string? password, string outcome)
    {
        ListenerSecurityOptions security = new() { AllowAnonymous = allowAnonymous, PasswordFile = hasFile ? _file : null };
        using Authenticator authenticator = Created(security);

        Assert.Equal(outcome, (await Ask(authenticator, security, user, password)).ToString());
    }

    [Fact]
    public async Task A_verified_password_costs_no_second_hash()
    {
        ListenerSecurityOptions security = new() { PasswordFile = _file };
        using Authenticator authenticator = Created(security);

        Assert.Equal(AuthenticationOutcome.Allowed, await Ask(authenticator, security, "ann", "secret"));
        Task<AuthenticationOutcome> again = Ask(authenticator, security, "ann", "secret");

        Assert.True(again.IsCompletedSuccessfully);
        Assert.Equal(AuthenticationOutcome.Allowed, await again);
        Assert.Equal(AuthenticationOutcome.BadUserNameOrPassword, await Ask(authenticator, security, "ann", "wrong"));
    }

    [Fact]
    public async Task A_stranger_with_the_password_of_the_decoy_is_refused_every_time()
    {
        ListenerSecurityOptions security = new() { PasswordFile = _file };
        using Authenticator authenticator = Created(security);

        for (int attempt = 0; attempt < 2; attempt++)
        {
            Task<AuthenticationOutcome> asked = Ask(authenticator, security, "stranger", "secret");
            Assert.Equal(AuthenticationOutcome.BadUserNameOrPassword, await asked);
        }
    }

    [Fact]
    public async Task A_reload_forgets_old_passwords_at_once()
    {
        ListenerSecurityOptions security = new() { PasswordFile = _file };
        using Authenticator authenticator = Created(security);
        Assert.Equal(AuthenticationOutcome.Allowed, await Ask(authenticator, security, "ann", "secret"));

        _folder.Write("passwords", Line("ann", "changed"));
        authenticator.Prepare(Options(security), new ReloadReport())!.Apply();

        Assert.Equal(AuthenticationOutcome.BadUserNameOrPassword, await Ask(authenticator, security, "ann", "secret"));
        Assert.Equal(AuthenticationOutcome.Allowed, await Ask(authenticator, security, "ann", "changed"));
    }

    [Fact]
    public async Task A_reload_of_a_broken_file_leaves_everything_as_it_was()
    {
        ListenerSecurityOptions security = new() { PasswordFile = _file };
        using Authenticator authenticator = Created(security);

        _folder.Write("passwords", "ann:plain");

        ReloadReport report = new();
        Assert.Null(authenticator.Prepare(Options(security), report));
        Assert.StartsWith($"Error: {_file}:1: ", Assert.Single(report.Errors), StringComparison.Ordinal);
        Assert.Equal(AuthenticationOutcome.Allowed, await Ask(authenticator, security, "ann", "secret"));
    }

    [Fact]
    public void Errors_of_all_files_are_reported_together()
    {
        BrokerOptions options = Options(
            new() { PasswordFile = _folder.Write("a", "x:plain") }, new() { PasswordFile = _folder.File("none") });

        AuthenticatorResult result = Authenticator.Create(options, _time);

        Assert.Null(result.Authenticator);
        Assert.Equal([false, true], result.Errors.Select(error => error.IsUnreadable));
    }

    [Fact]
    public async Task Two_files_are_told_apart()
    {
        ListenerSecurityOptions first = new() { PasswordFile = _file };
        ListenerSecurityOptions second = new() { PasswordFile = _folder.Write("other", Line("ann", "other")) };
        using Authenticator authenticator = Authenticator.Create(Options(first, second), _time).Authenticator!;

        Assert.Equal(AuthenticationOutcome.Allowed, await Ask(authenticator, first, "ann", "secret"));
        Assert.Equal(AuthenticationOutcome.BadUserNameOrPassword, await Ask(authenticator, second, "ann", "secret"));
        Assert.Equal(AuthenticationOutcome.Allowed, await Ask(authenticator, second, "ann", "other"));
    }

    [Fact]
    public async Task Surplus_logins_are_told_that_the_server_is_busy()
    {
        string slow = _folder.Write("slow", Line("ann", "secret", iterations: 300_000));
        ListenerSecurityOptions security = new() { PasswordFile = slow };
        HashingQueue queue = new(threads: 1, pendingMax: 1);
        using Authenticator authenticator = Authenticator.Create(Options(security), _time, queue: queue).Authenticator!;

        Task<AuthenticationOutcome>[] asked =
            [.. Enumerable.Range(0, 10).Select(_ => Ask(authenticator, security, "ann", "secret"))];
        AuthenticationOutcome[] outcomes = await Task.WhenAll(asked).WaitAsync(TestTime.Patience);

        Assert.Contains(AuthenticationOutcome.ServerBusy, outcomes);
        Assert.Contains(AuthenticationOutcome.Allowed, outcomes);
    }

    // A reload replaces who is asked a moment before the options: who connects in between must not be one whom nobody asks about.
    [Fact]
    public async Task Whoever_has_to_be_asked_and_is_not_there_is_no_yes()
    {
        HttpAuthOptions old = new() { AuthUrl = new Uri("http://127.0.0.1:1/"), AclUrl = new Uri("http://127.0.0.1:1/") };
        ListenerSecurityOptions before = new() { AllowAnonymous = true, Http = old };
        ListenerSecurityOptions now = before with { Http = old with { Timeout = TimeSpan.FromSeconds(1) } };
        using Authenticator authenticator = Created(now);
        ClientCredentials client = new(before, "admin", null) { ClientId = "c" };

        Verdict verdict = await authenticator.JudgeAsync(client, CancellationToken.None);
        TopicQuestions? questions = authenticator.QuestionsOf(before, new TopicClient("c", "admin", "192.0.2.1:1", "1883"));

        Assert.Equal(AuthenticationOutcome.NotAnswered, verdict.Outcome);
        Assert.Null(questions!.Find(TopicAction.Publish, "a", isAgain: false));
        Assert.NotNull(await questions.AskAsync(hasOtherRules: true));
        Assert.NotEqual(true, questions.Find(TopicAction.Publish, "a", isAgain: true));
    }

    private static string Line(string user, string password, int iterations = 1000) =>
        $"{user}:{PasswordHash.Create(PasswordHashKind.Sha512Pbkdf2, Encoding.UTF8.GetBytes(password), iterations)}\n";

    private static BrokerOptions Options(params ListenerSecurityOptions[] security) =>
        new() { Listeners = [.. security.Select(one => new ListenerOptions { Security = one })] };

    private Authenticator Created(ListenerSecurityOptions security)
    {
        AuthenticatorResult result = Authenticator.Create(Options(security), _time);
        Assert.Empty(result.Errors);
        return result.Authenticator!;
    }

    private static Task<AuthenticationOutcome> Ask(
        Authenticator authenticator, ListenerSecurityOptions security, string? user, string? password)
    {
        ReadOnlyMemory<byte>? bytes = password is null ? null : Encoding.UTF8.GetBytes(password);
        return authenticator.AuthenticateAsync(security, user, bytes, CancellationToken.None).AsTask();
    }
}
