namespace Broker.Configuration.Mosquitto;

/// <summary>What can be judged only when everything was read.</summary>
internal static class WholeConfigurationChecks
{
    /// <summary>Looks at the whole and reports.</summary>
    public static void Run(ConfigurationBuilder builder, ConfigurationReport report)
    {
        foreach (ListenerBuilder listener in builder.Listeners)
        {
            CheckTls(listener, report);
            CheckMoved(listener, report);
            ProxyChecks.Run(listener, report);
            BuiltInPlugins.CheckTwice(listener, builder.Security, report);
            JwtDirectives.Check(listener.Security, listener.Given, report);
            HttpAuthDirectives.Check(listener.Security, listener.Given, report);
        }
        foreach (ListenerBuilder listener in builder.AdminListeners)
        {
            CheckTls(listener, report);
            CheckAdmin(listener, report);
        }
        JwtDirectives.Check(builder.Security, builder.Given, report);
        HttpAuthDirectives.Check(builder.Security, builder.Given, report);
        if (builder.Listeners is [var first, ..] && builder.Listeners.TrueForAll(IsHttpApi))
            report.Error(first.OpenedAt, "there is no listener for clients: 'protocol http_api' speaks no MQTT");
        CheckOtlp(builder, report);
        CheckDefaultListener(builder, report);
        CheckDoubles(builder, report);
        foreach (BridgeSection bridge in builder.Bridges.Values) CheckBridge(bridge, report);
    }

    private static bool IsHttpApi(ListenerBuilder listener) => listener.Options.Protocol == ListenerProtocol.HttpApi;

    private static void CheckTls(ListenerBuilder listener, ConfigurationReport report)
    {
        TlsOptions tls = listener.Tls;
        bool hasCertificate = tls.CertFile.Length > 0;
        bool hasKey = tls.KeyFile.Length > 0;
        if (hasCertificate != hasKey)
        {
            (string present, string absent) = hasCertificate ? ("certfile", "keyfile") : ("keyfile", "certfile");
            report.Error(
                PlaceOf(listener, present),
                $"'{present}' without '{absent}': the listener at {listener.OpenedAt} needs both for TLS",
                "Error: Both certfile and keyfile must be provided to enable a TLS listener.");
            return;
        }
        if (!hasCertificate) CheckWithoutTls(listener, report);
        else if (tls.RequireCertificate && tls.CaFile is null && tls.CaPath is null)
        {
            report.Warning(
                PlaceOf(listener, "require_certificate"),
                "'require_certificate true' without 'cafile' or 'capath': no client certificate is valid, nobody can connect");
        }
        if (hasCertificate && tls.CrlFile is not null && !tls.RequireCertificate)
        {
            report.Warning(
                PlaceOf(listener, "crlfile"),
                "'crlfile' has no effect without 'require_certificate true': clients are not asked for a certificate");
        }
    }

    private static void CheckWithoutTls(ListenerBuilder listener, ConfigurationReport report)
    {
        foreach (string directive in (string[])["cafile", "capath"])
        {
            if (!listener.Given.ContainsKey(directive)) continue;
            report.Error(
                PlaceOf(listener, directive), $"'{directive}' without 'certfile' and 'keyfile'",
                $"Error: {directive} specified without certfile and keyfile.");
        }
        TlsOptions tls = listener.Tls;
        // With version 2 they are asked of the proxy's header.
        bool isToldByProxy = listener.ProxyVersion == 2;
        WarnWithoutTls(tls.RequireCertificate && !isToldByProxy, "require_certificate", listener, report);
        WarnWithoutTls(tls.UseIdentityAsUsername && !isToldByProxy, "use_identity_as_username", listener, report);
        WarnWithoutTls(tls.UseSubjectAsUsername, "use_subject_as_username", listener, report);
        foreach (string directive in (string[])
            ["ciphers", "ciphers_tls1.3", "tls_version", "disable_client_cert_date_checks", "crlfile", "sni_certificate"])
            WarnWithoutTls(listener.Given.ContainsKey(directive), directive, listener, report);
    }

    private static void WarnWithoutTls(bool applies, string directive, ListenerBuilder listener, ConfigurationReport report)
    {
        if (!applies) return;
        report.Warning(
            PlaceOf(listener, directive),
            $"'{directive}' has no effect: the listener at {listener.OpenedAt} has no 'certfile' and 'keyfile', "
            + "so it is not encrypted");
    }

    private static void CheckMoved(ListenerBuilder listener, ConfigurationReport report)
    {
        if (!listener.Options.IsMoved || listener.Options.ServerReference is not null) return;
        report.Error(
            PlaceOf(listener, "server_moved"),
            $"'server_moved true' without 'server_reference': clients of the listener at {listener.OpenedAt} would not be told "
            + "where to go");
    }

    /// <summary>A listener option above the first listener opens one more listener that nobody asked for.</summary>
    private static void CheckDefaultListener(ConfigurationBuilder builder, ConfigurationReport report)
    {
        if (builder.DefaultListener is not { } hidden || hidden.OpenedBy is "port" or "bind_address") return;
        ListenerBuilder? first = builder.Listeners.Find(listener => listener != hidden);
        if (first is not null)
        {
            report.Warning(
                hidden.OpenedAt,
                $"'{hidden.OpenedBy}' stands before any listener and so opens one more, on port {hidden.Options.Port}, as in "
                + $"mosquitto; if it is meant for the listener at {first.OpenedAt}, move it below that line",
                rule: "hidden-listener");
        }
        else if (builder.IsLocalOnly)
        {
            report.Note(
                hidden.OpenedAt,
                $"'{hidden.OpenedBy}' applies to 127.0.0.1 and ::1 only: without a 'listener' line nobody else can connect");
        }
    }

    private static void CheckDoubles(ConfigurationBuilder builder, ConfigurationReport report)
    {
        var seen = new Dictionary<(int, string?), ListenerBuilder>();
        foreach (ListenerBuilder listener in builder.Listeners.Concat(builder.AdminListeners))
        {
            (int, string?) key = (listener.Options.Port, listener.Options.UnixSocketPath ?? listener.Options.Address);
            if (seen.TryAdd(key, listener)) continue;
            report.Warning(
                listener.OpenedAt,
                $"'{listener.OpenedBy}' opens what '{seen[key].OpenedBy}' at {seen[key].OpenedAt} opens: the broker "
                + "will not start");
        }
    }

    private static void CheckAdmin(ListenerBuilder listener, ConfigurationReport report)
    {
        foreach ((string directive, SourcePosition at) in listener.Given)
        {
            if (AdminDirectives.IsUsedByAdmin(directive)) continue;
            report.Error(
                at, $"'{directive}' is for MQTT clients, and the listener before it is the 'admin_listener' at "
                + $"{listener.OpenedAt}: move it below the 'listener' it is meant for");
        }
        if (new AdminListenerOptions { Listener = listener.Options }.IsLocal || listener.TokenFile is not null) return;
        report.Note(
            listener.OpenedAt, $"other machines can reach this 'admin_listener' on {listener.Options.Name} and it has no "
            + "'admin_token_file': it serves nothing but /metrics and /health");
    }

    private static void CheckOtlp(ConfigurationBuilder builder, ConfigurationReport report)
    {
        if (builder.OtlpEndpoint is not null) return;
        foreach (string directive in (string[])["otlp_protocol", "otlp_header", "otlp_interval"])
        {
            if (builder.Given.TryGetValue(directive, out SourcePosition at))
                report.Warning(at, $"'{directive}' has no effect without 'otlp_endpoint'");
        }
    }

    private static void CheckBridge(BridgeSection bridge, ConfigurationReport report)
    {
        if (!bridge.Given.ContainsKey("address"))
        {
            report.Error(
                bridge.OpenedAt, $"the bridge '{bridge.Name}' has no 'address'",
                "Error: Invalid bridge configuration: no remote addresses defined.");
        }
        else if (!bridge.Given.ContainsKey("topic"))
        {
            report.Error(
                bridge.OpenedAt, $"the bridge '{bridge.Name}' has no 'topic'",
                "Error: Invalid bridge configuration: no topics defined.");
        }
    }

    private static SourcePosition PlaceOf(ListenerBuilder listener, string directive) =>
        listener.Given.TryGetValue(directive, out SourcePosition place) ? place : listener.OpenedAt;
}
