namespace Broker.Configuration.Mosquitto;

/// <summary>What about proxies and HTTP can be judged only when a listener was read to its end.</summary>
internal static class ProxyChecks
{
    /// <summary>Looks at a listener and reports.</summary>
    public static void Run(ListenerBuilder listener, ConfigurationReport report)
    {
        if (listener.ProxyVersion == 2) CheckVersion2(listener, report);
        if (listener.ProxyRequiresTls && listener.ProxyVersion != 2)
        {
            report.Error(
                PlaceOf(listener, "proxy_protocol_v2_require_tls"),
                "'proxy_protocol_v2_require_tls' needs 'enable_proxy_protocol 2': without that header nothing tells of TLS, and "
                + "clients without it would be let in");
        }
        bool isWeb = listener.Options.Protocol == ListenerProtocol.WebSockets;
        bool isApi = listener.Options.Protocol == ListenerProtocol.HttpApi;
        if (isApi) CheckApi(listener, report);
        if (listener.Options.HttpFolder is not null && !isWeb && !isApi)
            Warn(listener, report, "http_dir", "the listener speaks no HTTP: that needs 'protocol websockets' or 'http_api'");
        if (!listener.Options.TrustedProxies.IsEmpty && !isWeb && listener.ProxyVersion == 0)
        {
            Warn(listener, report, "trusted_proxies",
                "the listener asks no proxy: that needs 'enable_proxy_protocol' or 'protocol websockets'");
        }
    }

    private static void CheckApi(ListenerBuilder listener, ConfigurationReport report)
    {
        if (listener.ProxyVersion != 0)
        {
            report.Error(
                PlaceOf(listener, "enable_proxy_protocol"),
                "'enable_proxy_protocol' and 'protocol http_api' exclude each other: a header of a proxy is not read there");
        }
        if (listener.Options.UnixSocketPath is not null)
            report.Error(listener.OpenedAt, "'protocol http_api' needs a port: it is not served on a unix socket");
    }

    private static void CheckVersion2(ListenerBuilder listener, ConfigurationReport report)
    {
        string? other = listener.Tls.CertFile.Length > 0 ? "certfile"
            : listener.Tls.KeyFile.Length > 0 ? "keyfile"
            : listener.Tls.UseSubjectAsUsername ? "use_subject_as_username" : null;
        if (other is null) return;
        report.Error(
            PlaceOf(listener, other),
            $"'{other}' and 'enable_proxy_protocol 2' exclude each other: the proxy ends TLS, and of a client's certificate it "
            + "tells the CN only");
    }

    private static void Warn(ListenerBuilder listener, ConfigurationReport report, string directive, string why) =>
        report.Warning(
            PlaceOf(listener, directive), $"'{directive}' has no effect on the listener at {listener.OpenedAt}: {why}");

    private static SourcePosition PlaceOf(ListenerBuilder listener, string directive) =>
        listener.Given.TryGetValue(directive, out SourcePosition place) ? place : listener.OpenedAt;
}
