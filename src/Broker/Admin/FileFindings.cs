using Broker.Configuration;
using Broker.Configuration.Mosquitto;
using Broker.Diagnostics;
using Broker.Security;
using Broker.Security.Http;
using Broker.Security.Jwt;

namespace Broker.Admin;

/// <summary>
/// What is wrong with the files that a configuration names: absent, not to be read, broken, or open to everybody.
/// </summary>
internal static class FileFindings
{
    /// <summary>Adds them.</summary>
    public static void Add(BrokerOptions options, ConfigurationOrigins origins, ConfigurationReport report)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < options.Listeners.Length; i++)
        {
            ListenerOptions listener = options.Listeners[i];
            if (listener.Security.PasswordFile is { } passwords && seen.Add(passwords))
                AddPasswords(passwords, options.AllowPlainTextPasswords, origins.PlaceOf(i, "password_file"), report);
            if (listener.Security.Jwt is { } jwt && seen.Add($"jwt {jwt}")) AddKeys(jwt, i, origins, report);
            if (listener.Security.Http is { } http && seen.Add($"http {http}")) AddService(http, i, origins, report);
            if (listener.Security.AclFile is { } list && seen.Add(list))
                AddAccessList(list, origins.PlaceOf(i, "acl_file"), report);
            if (listener.Security.AclTestFile is not null) AddAccessTests(i, options, origins, report, seen);
            int index = i;
            if (listener.Tls is { } tls && seen.Add($"tls {tls}"))
                TlsFindings.Add(tls, listener.Protocol, name => origins.Of(index, name), origins.PlaceOf(i, "certfile"), report);
        }
        for (int i = 0; i < options.AdminListeners.Length; i++) AddAdmin(options.AdminListeners[i], i, origins, report, seen);
        AddFolder(options.Persistence is { IsEnabled: true, Url: null } ? options.Persistence.Location : null,
            "persistence_location", origins, report);
        foreach (LogDestination log in options.Logging.Destinations)
            AddFolder(Path.GetDirectoryName(log.Path), "log_dest", origins, report);
        AddFolder(Path.GetDirectoryName(options.PidFile), "pid_file", origins, report);
    }

    private static void AddAdmin(
        AdminListenerOptions admin, int index, ConfigurationOrigins origins, ConfigurationReport report, HashSet<string> seen)
    {
        if (admin.Listener.Tls is { } tls && seen.Add($"tls {tls}"))
        {
            TlsFindings.Add(
                tls, ListenerProtocol.Mqtt, name => origins.OfAdmin(index, name), origins.PlaceOfAdmin(index, "certfile"),
                report);
        }
        if (admin.TokenFile is not { } path || !seen.Add($"admin_token_file {path}")) return;
        SourcePosition at = origins.PlaceOfAdmin(index, "admin_token_file");
        List<PasswordFileError> errors = [];
        AdminTokens.Load(path, errors);
        foreach (PasswordFileError error in errors)
        {
            if (error.IsUnreadable) report.Error(at, error.Text, rule: "file-not-opened");
            else report.Error(new SourcePosition(path, error.Line, 1), error.Text, rule: "token-file");
        }
        if (SecretMode.Warning("admin_token_file", path) is { } open) report.Warning(at, open, rule: "file-mode");
    }

    private static void AddPasswords(string path, bool acceptsPlainText, SourcePosition at, ConfigurationReport report)
    {
        foreach (PasswordFileError error in PasswordFile.Load(path, acceptsPlainText).Errors)
        {
            if (error.IsUnreadable) report.Error(at, error.Text, rule: "file-not-opened");
            else report.Error(new SourcePosition(path, error.Line, 1), Mended(error.Text, path), rule: "password-file");
        }
        if (SecretMode.Warning("password_file", path) is { } open) report.Warning(at, open, rule: "file-mode");
    }

    private static void AddService(HttpAuthOptions http, int index, ConfigurationOrigins origins, ConfigurationReport report)
    {
        List<PasswordFileError> errors = [];
        HttpAuthorities.LoadAuthorities(http, errors);
        foreach (PasswordFileError error in errors)
        {
            SourcePosition at = error.IsUnreadable ? origins.PlaceOf(index, "http_auth_cafile")
                : new SourcePosition(error.Path, error.Line, 1);
            report.Error(at, error.Text, rule: error.IsUnreadable ? "file-not-opened" : "key-file");
        }
    }

    private static void AddKeys(JwtOptions jwt, int index, ConfigurationOrigins origins, ConfigurationReport report)
    {
        Add("jwt_key_file", jwt.KeyFile,
            path => JwtKeyReader.LoadKeys(path, out PasswordFileError? error) is null ? error : null);
        Add("jwt_secret_file", jwt.SecretFile,
            path => JwtKeyReader.LoadSecret(path, out PasswordFileError? error) is null ? error : null);
        List<PasswordFileError> errors = [];
        JwtVerifiers.LoadAuthorities(jwt, errors);
        Add("jwt_jwks_cafile", jwt.JwksCaFile, _ => errors.Count == 0 ? null : errors[0]);
        if (jwt.SecretFile is { } secret && SecretMode.Warning("jwt_secret_file", secret) is { } open)
            report.Warning(origins.PlaceOf(index, "jwt_secret_file"), open, rule: "file-mode");

        void Add(string directive, string? path, Func<string, PasswordFileError?> load)
        {
            if (path is null || load(path) is not { } error) return;
            SourcePosition at = error.IsUnreadable ? origins.PlaceOf(index, directive) : new SourcePosition(path, error.Line, 1);
            report.Error(at, error.Text, rule: error.IsUnreadable ? "file-not-opened" : "key-file");
        }
    }

    // Kubernetes and compose hand over secrets as they are.
    private static string Mended(string text, string path) =>
        text.Contains("plain text", StringComparison.Ordinal)
            ? $"{text} 'broker passwd -U {path}' hashes it, 'allow_plain_text_passwords true' reads it as it is."
            : text;

    private static void AddAccessList(string path, SourcePosition at, ConfigurationReport report)
    {
        AclFileResult result = AclFile.Load(path);
        foreach (AclFileRemark error in result.Errors)
        {
            if (error.IsUnreadable) report.Error(at, error.Text, rule: "file-not-opened");
            else report.Error(PlaceOf(error), error.Text, rule: "acl-file");
        }
        foreach (AclFileRemark warning in result.Warnings) report.Warning(PlaceOf(warning), warning.Text, rule: "acl-file");
        if (ModeOf(path) is { } mode && mode.HasFlag(UnixFileMode.OtherWrite))
            report.Warning(at, $"everybody on this machine may change {path}: chmod o-w {path}", rule: "file-mode");
    }

    private static void AddAccessTests(
        int index, BrokerOptions options, ConfigurationOrigins origins, ConfigurationReport report, HashSet<string> seen)
    {
        ListenerOptions listener = options.Listeners[index];
        if (AccessControl.Load(options).AccessControl is not { } access) return;
        foreach (AclFileRemark failure in AclTestFile.Check(
            listener.Security.AclTestFile!, (user, client) => access.For(listener, user, client)))
        {
            if (!seen.Add(failure.ToString())) continue;
            SourcePosition at = failure.IsUnreadable ? origins.PlaceOf(index, "acl_test_file") : PlaceOf(failure);
            report.Error(at, failure.Text, rule: failure.IsUnreadable ? "file-not-opened" : "acl-test");
        }
    }

    private static UnixFileMode? ModeOf(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path)) return null;
        string target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        return File.Exists(target) ? File.GetUnixFileMode(target) : null; // A link may lead nowhere.
    }

    private static void AddFolder(string? folder, string directive, ConfigurationOrigins origins, ConfigurationReport report)
    {
        // The store's own folder is made when it is not there.
        if (string.IsNullOrEmpty(folder) || (directive == "persistence_location" && !Path.Exists(folder))) return;
        SourcePosition at = origins.Global(directive) is [.., { ValueAt: var said }] ? said : default;
        if (!Directory.Exists(folder))
            report.Error(at, $"the folder {folder} of '{directive}' does not exist", rule: "no-folder");
        else if (FileTrouble.WhyNotWritable(folder) is { } reason)
            report.Error(at, $"nothing can be written into {folder} of '{directive}': {reason}", rule: "no-folder");
    }

    private static SourcePosition PlaceOf(AclFileRemark remark) => new(remark.Path, remark.Line, remark.Column);
}
