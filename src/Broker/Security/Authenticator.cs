using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Security.Http;
using Broker.Security.Jwt;
using Broker.Security.Scram;
using Microsoft.Extensions.Logging.Abstractions;

namespace Broker.Security;

/// <summary>May this client connect.</summary>
internal enum AuthenticationOutcome
{
    /// <summary>Yes.</summary>
    Allowed,
    /// <summary>The user is not known or the password is not theirs; deliberately not said which.</summary>
    BadUserNameOrPassword,
    /// <summary>Nobody may connect here without a name, or no names are known here.</summary>
    NotAuthorized,
    /// <summary>Too many passwords wait to be verified; the client may try again.</summary>
    ServerBusy,
    /// <summary>Who has to be asked does not answer; the client may try again.</summary>
    NotAnswered,
}

/// <summary>The outcome of a load: the authenticator when <paramref name="Errors"/> is empty.</summary>
internal readonly record struct AuthenticatorResult(Authenticator? Authenticator, ImmutableArray<PasswordFileError> Errors);

/// <summary>
/// Checks user names and passwords as mosquitto does: an empty user name is none; without <c>password_file</c>
/// <c>allow_anonymous</c> alone decides, whatever name is given; with one, a name that is given must be right even where
/// anonymous
/// clients may connect; an empty password never is. Any thread may call it.
/// </summary>
internal sealed partial class Authenticator : IReloadable, IHeartbeatListener, IDisposable
{
    private readonly AuthenticationSurroundings _surroundings;
    private readonly HashingQueue _queue;
    private volatile Snapshot _snapshot;
    private volatile Snapshot? _before;

    private Authenticator(Snapshot snapshot, AuthenticationSurroundings surroundings, HashingQueue queue)
    {
        _snapshot = snapshot;
        _surroundings = surroundings;
        _queue = queue;
    }

    /// <summary>Loads the password file of every listener, each once, and what is needed to judge tokens.</summary>
    /// <param name="options">The listeners.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log; null: none.</param>
    /// <param name="queue">For tests: a queue of the caller's, which is disposed with the authenticator.</param>
    public static AuthenticatorResult Create(
        BrokerOptions options, TimeProvider time, ILogger? logger = null, HashingQueue? queue = null)
    {
        AuthenticationSurroundings surroundings = new(time, logger ?? NullLogger.Instance);
        (Snapshot? snapshot, ImmutableArray<PasswordFileError> errors) = Load(options, surroundings, before: null);
        if (snapshot is null) return new(null, errors);
        queue ??= new HashingQueue(pendingMax: options.Limits.Peers.PendingLoginsMax);
        return new(new Authenticator(snapshot, surroundings, queue), []);
    }

    /// <summary>What the ways to authenticate counted.</summary>
    public AuthenticationSurroundings Surroundings => _surroundings;

    /// <summary>
    /// Loads the password files again; what it gives forgets every verified password. When any file has an error, all stays as
    /// it was.
    /// </summary>
    public PreparedReload? Prepare(BrokerOptions options, ReloadReport report)
    {
        (Snapshot? snapshot, ImmutableArray<PasswordFileError> errors) = Load(options, _surroundings, _snapshot);
        report.Errors.AddRange(errors.Select(error => $"Error: {error}"));
        if (snapshot is null) return null;
        void Apply()
        {
            _queue.PendingMax = options.Limits.Peers.PendingLoginsMax;
            Use(snapshot);
        }
        return new PreparedReload(Apply, () => Discard(snapshot, _snapshot));
    }

    /// <summary>Both steps at once; gives the errors, upon which all stays as it was.</summary>
    public ImmutableArray<PasswordFileError> Reload(BrokerOptions options)
    {
        (Snapshot? snapshot, ImmutableArray<PasswordFileError> errors) = Load(options, _surroundings, _snapshot);
        if (snapshot is not null) Use(snapshot);
        return errors;
    }

    /// <summary>
    /// Whether a client that was let in before the last reload would be let in again. Its password is not kept, so it counts as
    /// right as long as the user's line is the same as it was.
    /// </summary>
    /// <param name="security">What held on its listener before the reload.</param>
    /// <param name="now">What holds there now.</param>
    /// <param name="userName">The name that it gave, null for none.</param>
    /// <param name="identity">What it was let in as, if not by a password file or without a name.</param>
    public bool StillAllows(
        ListenerSecurityOptions security, ListenerSecurityOptions now, string? userName, VerifiedIdentity? identity = null)
    {
        if (identity is not null) return StillVouchesFor(identity, security, now);
        if (string.IsNullOrEmpty(userName) || now.PasswordFile is not { } path) return now.AllowAnonymous;
        return security.PasswordFile is { } pathBefore && _before is { } before
            && _snapshot.Files.TryGetValue(path, out PasswordFile? file)
            && file.TryFind(userName, out PasswordHash? hash)
            && before.Files.TryGetValue(pathBefore, out PasswordFile? fileBefore)
            && fileBefore.TryFind(userName, out PasswordHash? hashBefore)
            && hash.ToString() == hashBefore.ToString();
    }

    /// <summary>Every client has been asked about: what was read before the last reload is not needed any more.</summary>
    public void ForgetBefore()
    {
        if (_before is { } before) Discard(before, _snapshot);
        _before = null;
    }

    /// <summary>
    /// Decides. Completes at once unless a hash must be computed; a continuation after that runs on the thread pool.
    /// The password is copied where it is needed longer than this call.
    /// </summary>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled, or the broker stops.</exception>
    public ValueTask<AuthenticationOutcome> AuthenticateAsync(
        ListenerSecurityOptions security, string? userName, ReadOnlyMemory<byte>? password, CancellationToken token)
    {
        if (string.IsNullOrEmpty(userName) || security.PasswordFile is not { } path)
            return new(security.AllowAnonymous ? AuthenticationOutcome.Allowed : AuthenticationOutcome.NotAuthorized);
        Snapshot snapshot = _snapshot;
        if (password is not { IsEmpty: false } given
            || !snapshot.Files.TryGetValue(path, out PasswordFile? file)
            || file.Count == 0)
            return new(AuthenticationOutcome.BadUserNameOrPassword);
        bool isKnown = file.TryFind(userName, out PasswordHash? hash);
        if (isKnown && snapshot.Verified.Contains(path, userName, given.Span)) return new(AuthenticationOutcome.Allowed);

        Task<bool>? verification = _queue.TryVerify(hash ?? file.DecoyFor(userName), given.Span, token);
        if (verification is null) return new(AuthenticationOutcome.ServerBusy);
        return new(isKnown ? KnownAsync(snapshot, path, userName, given, verification) : UnknownAsync(verification));
    }

    /// <summary>
    /// What a SCRAM exchange with this name is checked against; a made-up one when the name, or a hash that fits, is not in the
    /// listener's password file. Computes no password hash.
    /// </summary>
    public ScramCredential FindScram(ListenerSecurityOptions security, string userName)
    {
        string path = security.PasswordFile ?? "";
        PasswordHash? hash = null;
        if (_snapshot.Files.TryGetValue(path, out PasswordFile? file)) file.TryFind(userName, out hash);
        // The place is in it, so that a name that two files do not know is not given away by one salt in both.
        return ScramCredential.Of(hash, file?.ScramModelFor(userName), $"{path}\0{userName}");
    }

    /// <summary>Stops the hashing threads; those who wait are cancelled.</summary>
    public void Dispose()
    {
        _queue.Dispose();
        ForgetBefore();
        Discard(_snapshot, null);
    }

    private void Use(Snapshot snapshot)
    {
        ForgetBefore();
        _before = _snapshot;
        _snapshot = snapshot;
        foreach (HttpAuthority authority in snapshot.Services.Values) authority.Forget();
    }

    private static async Task<AuthenticationOutcome> KnownAsync(
        Snapshot snapshot, string path, string userName, ReadOnlyMemory<byte> password, Task<bool> verification)
    {
        byte[] copy = password.ToArray();
        if (!await verification.ConfigureAwait(false)) return AuthenticationOutcome.BadUserNameOrPassword;
        // Into the cache of the snapshot it was verified with: after a reload that one is no longer asked.
        snapshot.Verified.Add(path, userName, copy);
        CryptographicOperations.ZeroMemory(copy);
        return AuthenticationOutcome.Allowed;
    }

    private static async Task<AuthenticationOutcome> UnknownAsync(Task<bool> verification)
    {
        // Right or wrong for the decoy's owner does not matter: this name is nobody's.
        await verification.ConfigureAwait(false);
        return AuthenticationOutcome.BadUserNameOrPassword;
    }

    private static (Snapshot? Snapshot, ImmutableArray<PasswordFileError> Errors) Load(
        BrokerOptions options, AuthenticationSurroundings surroundings, Snapshot? before)
    {
        Dictionary<string, PasswordFile> files = new(StringComparer.Ordinal);
        List<PasswordFileError> errors = [];
        foreach (string path in options.Listeners.Select(l => l.Security.PasswordFile).OfType<string>().Distinct())
        {
            PasswordFileResult result = PasswordFile.Load(path, options.AllowPlainTextPasswords);
            errors.AddRange(result.Errors);
            if (result.File is not null) files.Add(path, result.File);
        }
        FrozenDictionary<JwtOptions, JwtVerifier> tokens =
            JwtVerifiers.Load(options, surroundings, before?.Tokens.Values ?? [], errors);
        Snapshot snapshot = new(files.ToFrozenDictionary(StringComparer.Ordinal), new CredentialCache(surroundings.Time))
        {
            Tokens = tokens,
            Services = HttpAuthorities.Load(options, surroundings, before?.Services.Values ?? [], errors),
        };
        if (errors.Count == 0) return (snapshot, []);
        Discard(snapshot, before);
        return (null, [.. errors]);
    }

    private sealed record Snapshot(FrozenDictionary<string, PasswordFile> Files, CredentialCache Verified)
    {
        public required FrozenDictionary<JwtOptions, JwtVerifier> Tokens { get; init; }

        public required FrozenDictionary<HttpAuthOptions, HttpAuthority> Services { get; init; }
    }
}
