using Broker.Admin;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Security;
using Broker.Transport.Tls;

namespace Broker.Hosting;

/// <summary>Password files, access lists, certificates and keys, read while the process may still read them.</summary>
internal sealed class SecretFiles : IReloadable, IDisposable
{
    private readonly List<TlsEndpoint?> _tls = [];
    private readonly Dictionary<ListenerOptions, TlsEndpoint> _adminTls = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<AdminListenerOptions, AdminTokenFile> _tokens = new(ReferenceEqualityComparer.Instance);

    private SecretFiles()
    {
    }

    /// <summary>What is wrong, a line each; empty: nothing.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>What the operator should look at, a line each.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>What to end with when there are errors.</summary>
    public int ExitCode { get; private set; }

    /// <summary>Set when there are no errors.</summary>
    public Authenticator? Authenticator { get; private set; }

    /// <summary>The access lists; set when there are no errors.</summary>
    public AccessControl? Access { get; private set; }

    /// <summary>The TLS side of each listener, in their order; null where there is none.</summary>
    public IReadOnlyList<TlsEndpoint?> Tls => _tls;

    /// <summary>The TLS side of each admin listener that has one.</summary>
    public IReadOnlyDictionary<ListenerOptions, TlsEndpoint> AdminTls => _adminTls;

    /// <summary>Who may use each admin listener that asks for a token.</summary>
    public IReadOnlyDictionary<AdminListenerOptions, AdminTokenFile> Tokens => _tokens;

    /// <summary>Reads every file and collects every error.</summary>
    /// <param name="options">Which files.</param>
    /// <param name="logger">For what goes on in the background later.</param>
    public static SecretFiles Load(BrokerOptions options, ILogger? logger = null)
    {
        var files = new SecretFiles();
        files.LoadPasswords(options, logger);
        files.Warnings.AddRange(SecretModes(options));
        files.LoadAccessLists(options);
        foreach (ListenerOptions listener in options.Listeners) files._tls.Add(files.LoadTls(listener));
        foreach (AdminListenerOptions admin in options.AdminListeners)
        {
            if (files.LoadTls(admin.Listener) is { } tls) files._adminTls.Add(admin.Listener, tls);
            files.LoadTokens(admin);
        }
        return files;
    }

    /// <summary>Reads every file again.</summary>
    public PreparedReload? Prepare(BrokerOptions options, ReloadReport report)
    {
        List<PreparedReload> prepared = [];
        if (Authenticator!.Prepare(options, report) is { } passwords) prepared.Add(passwords);
        report.Warnings.AddRange(SecretModes(options));
        for (int i = 0; i < _tls.Count; i++)
        {
            if (_tls[i]?.Prepare(options.Listeners[i].Tls!, report) is { } tls) prepared.Add(tls);
        }
        foreach ((ListenerOptions listener, TlsEndpoint endpoint) in _adminTls)
        {
            if (endpoint.Prepare(listener.Tls!, report) is { } tls) prepared.Add(tls);
        }
        foreach (AdminTokenFile tokens in _tokens.Values)
        {
            List<PasswordFileError> errors = [];
            if (tokens.Prepare(errors) is { } apply) prepared.Add(new PreparedReload(apply));
            report.Errors.AddRange(errors.Select(static error => $"Error: {error}"));
        }
        return new PreparedReload(
            () => prepared.ForEach(static part => part.Apply()),
            () => prepared.ForEach(static part => part.Abandon?.Invoke()));
    }

    public void Dispose() => Authenticator?.Dispose();

    private static IEnumerable<string> SecretModes(BrokerOptions options) => options.Listeners
        .SelectMany<ListenerOptions, (string Directive, string? Path)>(listener =>
            [("password_file", listener.Security.PasswordFile), ("jwt_secret_file", listener.Security.Jwt?.SecretFile)])
        .Concat(options.AdminListeners.Select(static admin => (Directive: "admin_token_file", Path: admin.TokenFile)))
        .Where(static file => file.Path is not null).Distinct()
        .Select(static file => SecretMode.Warning(file.Directive, file.Path!)).OfType<string>();

    private void LoadPasswords(BrokerOptions options, ILogger? logger)
    {
        AuthenticatorResult result = Authenticator.Create(options, TimeProvider.System, logger);
        Authenticator = result.Authenticator;
        foreach (PasswordFileError error in result.Errors)
        {
            Errors.Add($"Error: {error}");
            ExitCode = error.IsUnreadable ? Configuration.ExitCode.FileNotOpened : Configuration.ExitCode.BadConfiguration;
        }
    }

    private void LoadAccessLists(BrokerOptions options)
    {
        AccessControlResult result = AccessControl.Load(options);
        Access = result.AccessControl;
        Warnings.AddRange(result.Warnings.Select(static warning => $"Warning: {warning}"));
        if (Access is not null)
            Warnings.AddRange(AclTestFile.Check(options, Access).Select(static failure => $"Warning: {failure}"));
        foreach (AclFileRemark error in result.Errors)
        {
            Errors.Add($"Error: {error}");
            if (ExitCode == 0)
                ExitCode = error.IsUnreadable ? Configuration.ExitCode.FileNotOpened : Configuration.ExitCode.BadConfiguration;
        }
    }

    private void LoadTokens(AdminListenerOptions admin)
    {
        if (admin.TokenFile is not { } path) return;
        List<PasswordFileError> errors = [];
        if (AdminTokens.Load(path, errors) is { } tokens) _tokens.Add(admin, new AdminTokenFile(path, tokens));
        Errors.AddRange(errors.Select(static error => $"Error: {error}"));
        if (errors.Count > 0) ExitCode = Configuration.ExitCode.BadConfiguration;
    }

    private TlsEndpoint? LoadTls(ListenerOptions listener)
    {
        if (listener.Tls is not { } options) return null;
        TlsEndpointResult result = TlsEndpoint.Load(options);
        Warnings.AddRange(result.Warnings);
        foreach (string error in result.Errors)
        {
            Errors.Add($"Error: {error}");
            if (ExitCode == 0) ExitCode = Configuration.ExitCode.Failure;
        }
        return result.Endpoint;
    }
}
