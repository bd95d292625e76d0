using System.Net;
using Broker.Configuration;
using Broker.Configuration.Mosquitto;

namespace Broker.Admin;

/// <summary>What works and is unwise: options that lead strangers in, or that a later mosquitto will not have.</summary>
internal static class AdviceFindings
{
    /// <summary>Adds them.</summary>
    public static void Add(BrokerOptions options, ConfigurationOrigins origins, ConfigurationReport report)
    {
        AddDeprecated(origins, report);
        AddMisplaced(origins, report);
        for (int i = 0; i < options.Listeners.Length; i++)
        {
            AddInsecure(i, options.Listeners[i], origins, report);
            AddProxy(i, options.Listeners[i], origins, report);
            AddClosed(i, options.Listeners[i], origins, report);
        }
        ValueFindings.Add(origins, report);
        if (options.User == "root")
        {
            const string Text = "'user root' keeps all rights of root while clients are served";
            report.Warning(origins.Global("user")[^1].ValueAt, Text, rule: "root");
        }
    }

    private static void AddDeprecated(ConfigurationOrigins origins, ConfigurationReport report)
    {
        foreach (SaidDirective said in origins.All)
        {
            if (said.Directive.DeprecatedFor is not { } instead) continue;
            report.Note(said.At, $"'{said.Directive.Name}' is deprecated in mosquitto 2.1, for {instead}", "deprecated");
        }
    }

    /// <summary>A security option that stands below one of several listeners, and holds for all of them.</summary>
    private static void AddMisplaced(ConfigurationOrigins origins, ConfigurationReport report)
    {
        if (origins.PerListenerSettings || origins.Listeners.Length < 2) return;
        foreach (SaidDirective said in origins.All)
        {
            // Of allow_anonymous it is said while the file is read.
            if (said.Directive.Scope != DirectiveScope.Security || said.Directive.Name == "allow_anonymous") continue;
            ListenerBuilder? above = origins.Listeners.LastOrDefault(listener => listener.OpenedBy == "listener"
                && listener.OpenedAt.File == said.At.File && listener.OpenedAt.Line < said.At.Line);
            if (above is null) continue;
            report.Warning(
                said.At,
                $"'{said.Directive.Name}' applies to every listener, not only to the one opened at {above.OpenedAt}; "
                + $"{Instead(said.Directive.Name)}",
                rule: "applies-to-all-listeners");
        }
    }

    private static string Instead(string name) => name switch
    {
        "acl_file" => "for one listener: 'plugin_load NAME mosquitto_acl_file.so', 'plugin_opt_acl_file', 'plugin_use NAME'",
        "password_file" =>
            "for one listener: 'plugin_load NAME mosquitto_password_file.so', 'plugin_opt_password_file', 'plugin_use NAME'",
        "auto_id_prefix" => "'listener_auto_id_prefix' is for one listener",
        _ => "put it above the listeners, or 'per_listener_settings true' at the top",
    };

    private static void AddInsecure(
        int index, ListenerOptions listener, ConfigurationOrigins origins, ConfigurationReport report)
    {
        ListenerSecurityOptions security = listener.Security;
        bool asksCertificate = listener.Tls is { RequireCertificate: true };
        if (listener.Tls is { RequireCertificate: false } tls && (tls.UseIdentityAsUsername || tls.UseSubjectAsUsername))
        {
            string option = tls.UseIdentityAsUsername ? "use_identity_as_username" : "use_subject_as_username";
            report.Warning(
                origins.PlaceOf(index, option),
                $"'{option}' without 'require_certificate true': no client is asked for a certificate, so nobody can connect",
                rule: "no-certificate-asked");
        }
        bool verifiesNames = (security.PasswordFile ?? security.Jwt ?? (object?)security.Http?.AuthUrl) is not null;
        if (security is { AclFile: not null, AllowAnonymous: true } && !verifiesNames && !asksCertificate)
        {
            report.Warning(
                origins.PlaceOf(index, "acl_file"),
                "an access list without 'password_file': whoever gives a user name has its rights", rule: "unverified-user-name");
        }
        if (security.Http is { AllowsOnFailure: true })
        {
            report.Warning(
                origins.PlaceOf(index, "http_auth_failure"),
                "'http_auth_failure allow': whoever makes the service fail gets in under any name", rule: "fails-open");
        }
        if (IsClosedToOthers(listener)) return;
        string where = Where(listener);
        if (security.AllowAnonymous && !asksCertificate)
        {
            string reach = security.AclFile is null ? ", and may read and write everything" : "";
            report.Warning(
                origins.PlaceOf(index, "allow_anonymous"),
                $"anybody who reaches {where} gets in without a name{reach}", rule: "anonymous-public");
        }
        if (listener.Tls is null && verifiesNames)
        {
            string what = security is { PasswordFile: null, Http: null } ? "tokens" : "passwords";
            report.Warning(
                origins.Listeners[index].OpenedAt,
                $"{what} come in unencrypted on {where}: give the listener 'certfile' and 'keyfile'",
                rule: "password-in-clear");
        }
    }

    private static void AddProxy(
        int index, ListenerOptions listener, ConfigurationOrigins origins, ConfigurationReport report)
    {
        if (listener.Proxy is not { } proxy || !listener.TrustedProxies.IsEmpty || IsClosedToOthers(listener)) return;
        string what = proxy.UseIdentityAsUsername ? "address and name" : "address";
        report.Warning(
            origins.PlaceOf(index, "enable_proxy_protocol"),
            $"without 'trusted_proxies' whoever reaches {Where(listener)} gives itself any {what}: name the proxies' addresses",
            rule: "untrusted-proxy");
    }

    /// <summary>Since mosquitto 2.0 strangers are refused; with per_listener_settings each listener needs its own file.</summary>
    private static void AddClosed(
        int index, ListenerOptions listener, ConfigurationOrigins origins, ConfigurationReport report)
    {
        ListenerSecurityOptions security = listener.Security;
        bool hasNames = listener.Tls is { } tls && (tls.UseIdentityAsUsername || tls.UseSubjectAsUsername);
        bool isProxied = listener.Proxy is { UseIdentityAsUsername: true };
        bool asksNobody = security is { PasswordFile: null, Jwt: null } && security.Http?.AuthUrl is null;
        bool isForClients = listener.Protocol != ListenerProtocol.HttpApi;
        if (security.AllowAnonymous || !asksNobody || hasNames || isProxied || !isForClients) return;
        string own = origins.PerListenerSettings ? "below this line ('per_listener_settings true')" : "to the file";
        report.Warning(
            origins.Listeners[index].OpenedAt,
            $"nobody can connect here: strangers are refused and no user is known; add 'password_file PATH' or "
            + $"'allow_anonymous true' {own}",
            rule: "nobody-can-connect");
    }

    private static string Where(ListenerOptions listener) => $"{listener.Address ?? "every address"}, port {listener.Port}";

    private static bool IsClosedToOthers(ListenerOptions listener) =>
        listener.UnixSocketPath is not null || IsLoopback(listener.Address);

    private static bool IsLoopback(string? address) =>
        address == "localhost" || (IPAddress.TryParse(address, out IPAddress? ip) && IPAddress.IsLoopback(ip));
}
