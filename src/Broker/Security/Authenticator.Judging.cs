using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Security.Jwt;

namespace Broker.Security;

// The ways to authenticate, and their order: whoever knows the name or the kind of what is shown decides, and nobody after it.
internal sealed partial class Authenticator
{
    /// <summary>Tokens that are judged at a time, in all: beyond that a client is told that the server is busy.</summary>
    private const int TokensMax = 1000;

    private int _tokens;

    /// <summary>
    /// Decides who a client is. Who gives neither a name nor a token is judged by <c>allow_anonymous</c> alone. Else the first of
    /// these that is there decides: the password file, if it has the name; the token, if the password looks like one. A name that
    /// nobody knows is refused, also where clients without one may connect.
    /// </summary>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled, or the broker stops.</exception>
    public async ValueTask<Verdict> JudgeAsync(ClientCredentials credentials, CancellationToken token)
    {
        ListenerSecurityOptions security = credentials.Security;
        bool hasName = !string.IsNullOrEmpty(credentials.UserName);
        bool isInFile = hasName && security.PasswordFile is { } path
            && _snapshot.Files.TryGetValue(path, out PasswordFile? file) && file.TryFind(credentials.UserName!, out _);
        if (!isInFile && security.Jwt is { } jwt && _snapshot.Tokens.TryGetValue(jwt, out JwtVerifier? verifier))
        {
            if (credentials.Password is { } password && JwtShape.IsToken(password.Span))
                return await JudgeTokenAsync(verifier, password, credentials.UserName);
            // What is shown here and known to nobody does not count as nothing.
            if (hasName ? security.PasswordFile is null : credentials.Password is { IsEmpty: false })
            {
                return new Verdict(
                    AuthenticationOutcome.BadUserNameOrPassword, AuthenticationMethod.Token, null, "it is no token");
            }
        }
        AuthenticationOutcome outcome =
            await AuthenticateAsync(security, credentials.UserName, credentials.Password, token);
        bool isPassword = hasName && security.PasswordFile is not null;
        return new Verdict(outcome, isPassword ? AuthenticationMethod.Password : AuthenticationMethod.Anonymous);
    }

    /// <summary>Keys that are fetched become old.</summary>
    public void OnTick(long nowMilliseconds)
    {
        foreach (JwtVerifier verifier in _snapshot.Tokens.Values) verifier.Source?.RefreshIfDue();
    }

    private async ValueTask<Verdict> JudgeTokenAsync(JwtVerifier verifier, ReadOnlyMemory<byte> password, string? userName)
    {
        if (Interlocked.Increment(ref _tokens) > TokensMax)
        {
            Interlocked.Decrement(ref _tokens);
            return new Verdict(AuthenticationOutcome.ServerBusy, AuthenticationMethod.Token);
        }
        try
        {
            return await verifier.VerifyAsync(password, userName);
        }
        finally
        {
            Interlocked.Decrement(ref _tokens);
        }
    }

    // A token is not kept. Its word counts as long as it would be judged by the same rules, and its key is one of those in use.
    private bool StillVouchesFor(VerifiedIdentity identity, ListenerSecurityOptions before, ListenerSecurityOptions now) =>
        identity.Method == AuthenticationMethod.Token
        && now.Jwt is { } jwt && jwt == before.Jwt
        && _snapshot.Tokens.TryGetValue(jwt, out JwtVerifier? verifier) && verifier.Knows(identity.Key);

    // What is in one snapshot and not in the other any more.
    private static void Discard(Snapshot snapshot, Snapshot? kept)
    {
        foreach (JwtVerifier verifier in snapshot.Tokens.Values)
        {
            bool isKept = kept is not null && kept.Tokens.Values.Any(other => other.Source == verifier.Source);
            if (!isKept) verifier.Source?.Dispose();
        }
    }
}
