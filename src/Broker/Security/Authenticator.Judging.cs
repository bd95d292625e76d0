using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Security.Http;
using Broker.Security.Jwt;

namespace Broker.Security;

// The ways to authenticate, and their order: whoever knows the name or the kind of what is shown decides, and nobody after it.
internal sealed partial class Authenticator
{
    /// <summary>
    /// Decides who a client is. Who shows nothing is judged by <c>allow_anonymous</c> alone. Else the first of these that is
    /// there decides: the password file, if it has the name; the token, if the password looks like one; the service over HTTP.
    /// What is shown and known to nobody is refused, also where clients that show nothing may connect.
    /// </summary>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled, or the broker stops.</exception>
    public ValueTask<Verdict> JudgeAsync(ClientCredentials credentials, CancellationToken token)
    {
        ListenerSecurityOptions security = credentials.Security;
        Snapshot snapshot = _snapshot;
        bool hasName = !string.IsNullOrEmpty(credentials.UserName);
        bool showsSomething = hasName || credentials.Password is { IsEmpty: false };
        bool isInFile = hasName && security.PasswordFile is { } path
            && snapshot.Files.TryGetValue(path, out PasswordFile? file) && file.TryFind(credentials.UserName!, out _);
        if (isInFile || !showsSomething) return JudgePasswordAsync(credentials, token);
        if (security.Jwt is { } jwt && credentials.Password is { } password && JwtShape.IsToken(password.Span)
            && snapshot.Tokens.TryGetValue(jwt, out JwtVerifier? verifier))
            return verifier.VerifyAsync(password, credentials.UserName);
        if (security.Http is { AuthUrl: { } url } http)
        {
            return snapshot.Services.TryGetValue(http, out HttpAuthority? authority)
                ? AskAsync(authority, url, credentials)
                : new(Refuse(AuthenticationOutcome.NotAnswered, "a reload has just changed who is asked"));
        }
        // What is shown here and known to nobody does not count as nothing.
        return security.Jwt is not null && (!hasName || security.PasswordFile is null)
            ? new(new Verdict(
                AuthenticationOutcome.BadUserNameOrPassword, AuthenticationMethod.Token, null, "the password is no token"))
            : JudgePasswordAsync(credentials, token);
    }

    /// <summary>What a client has to ask for about topics; null: nothing is configured.</summary>
    public TopicQuestions? QuestionsOf(ListenerSecurityOptions security, TopicClient client) =>
        security.Http is { AclUrl: { } url } http
            ? new TopicQuestions(_snapshot.Services.GetValueOrDefault(http), url, client, _surroundings.Time)
            : null;

    /// <summary>Keys that are fetched become old.</summary>
    public void OnTick(long nowMilliseconds)
    {
        foreach (JwtVerifier verifier in _snapshot.Tokens.Values) verifier.Source?.RefreshIfDue();
    }

    private async ValueTask<Verdict> JudgePasswordAsync(ClientCredentials credentials, CancellationToken token)
    {
        ListenerSecurityOptions security = credentials.Security;
        bool isPassword = !string.IsNullOrEmpty(credentials.UserName) && security.PasswordFile is not null;
        AuthenticationOutcome outcome = await AuthenticateAsync(security, credentials.UserName, credentials.Password, token);
        return new Verdict(outcome, isPassword ? AuthenticationMethod.Password : AuthenticationMethod.Anonymous);
    }

    private async ValueTask<Verdict> AskAsync(HttpAuthority authority, Uri url, ClientCredentials credentials)
    {
        if (HttpQuestion.About(in credentials) is not { } question)
            return Refuse(AuthenticationOutcome.BadUserNameOrPassword, "the password is not text");
        HttpAnswer answer = await authority.AskAsync(url, question);
        bool isAllowed = answer.Outcome == HttpAuthOutcome.Allowed
            || (answer.Outcome == HttpAuthOutcome.Failed && credentials.Security.Http!.AllowsOnFailure);
        if (!isAllowed)
        {
            return Refuse(
                answer.Outcome switch
                {
                    HttpAuthOutcome.Failed => AuthenticationOutcome.NotAnswered,
                    HttpAuthOutcome.Busy => AuthenticationOutcome.ServerBusy,
                    _ => AuthenticationOutcome.BadUserNameOrPassword,
                },
                answer.Detail);
        }
        if (answer.ExpiresAt <= _surroundings.Time.GetUtcNow().ToUnixTimeMilliseconds())
            return Refuse(AuthenticationOutcome.BadUserNameOrPassword, "it is over by the 'expire_at' of the answer");
        VerifiedIdentity identity = new(AuthenticationMethod.Http) { ExpiresAt = answer.ExpiresAt, Grant = answer.Grant };
        return new Verdict(AuthenticationOutcome.Allowed, AuthenticationMethod.Http, identity);
    }

    private static Verdict Refuse(AuthenticationOutcome outcome, string? detail) =>
        new(outcome, AuthenticationMethod.Http, null, detail);

    // Neither tokens nor passwords are kept. Their word counts as long as they would be judged by the same rules: a token also as
    // long as its key is one of those in use.
    private bool StillVouchesFor(
        VerifiedIdentity identity, ListenerSecurityOptions before, ListenerSecurityOptions now) => identity.Method switch
    {
        AuthenticationMethod.Http => now.Http?.AuthUrl is { } url && url == before.Http?.AuthUrl,
        _ => now.Jwt is { } jwt && jwt == before.Jwt
            && _snapshot.Tokens.TryGetValue(jwt, out JwtVerifier? verifier) && verifier.Knows(identity.Key),
    };

    // What is in one snapshot and not in the other any more.
    private static void Discard(Snapshot snapshot, Snapshot? kept)
    {
        foreach (JwtVerifier verifier in snapshot.Tokens.Values)
        {
            bool isKept = kept is not null && kept.Tokens.Values.Any(other => other.Source == verifier.Source);
            if (!isKept) verifier.Source?.Dispose();
        }
        foreach (HttpAuthority authority in snapshot.Services.Values)
        {
            if (kept is null || !kept.Services.Values.Contains(authority)) authority.Dispose();
        }
    }
}
