using System.Collections.Immutable;

namespace Broker.Configuration.Mosquitto;

/// <summary>Turns what was read into options in which nothing is left to look up elsewhere.</summary>
internal static class OptionsResolver
{
    private const int DefaultPort = 1883;

    /// <summary>The options of a configuration without errors.</summary>
    /// <param name="builder">What was read.</param>
    /// <param name="file">The main file, or null.</param>
    /// <param name="overrides">What the command line says.</param>
    /// <param name="listeners">What <see cref="Listeners"/> gave.</param>
    public static BrokerOptions Resolve(
        ConfigurationBuilder builder, string? file, CommandLineOverrides overrides, ImmutableArray<ListenerBuilder> listeners)
    {
        return new BrokerOptions
        {
            Listeners = [.. listeners.Select(listener => Resolve(listener, builder))],
            AdminListeners = [.. builder.AdminListeners.Select(ResolveAdmin)],
            AuditLogFile = builder.AuditLogFile,
            MetricsTopics = builder.MetricsTopics,
            Otlp = Otlp(builder),
            SysInterval = builder.SysInterval,
            Limits = builder.Limits,
            Logging = builder.Logging.Build(overrides),
            Persistence = Persistence(builder, file, overrides),
            ChecksRetainSource = builder.ChecksRetainSource,
            AllowPlainTextPasswords = builder.AllowPlainTextPasswords,
            PidFile = builder.PidFile,
            User = builder.User,
            ConfigFile = file,
            IsLocalOnly = builder.IsLocalOnly,
            TlsKeyLogFile = overrides.TlsKeyLogFile,
        };
    }

    /// <summary>What is listened on.</summary>
    public static ImmutableArray<ListenerBuilder> Listeners(ConfigurationBuilder builder, CommandLineOverrides overrides) =>
        [.. builder.IsLocalOnly ? LocalListeners(builder, overrides.Ports) : builder.Listeners];

    /// <summary>Both loopback addresses on 1883 or on each -p, with what was said for the default listener.</summary>
    private static IEnumerable<ListenerBuilder> LocalListeners(ConfigurationBuilder builder, ImmutableArray<int> ports)
    {
        foreach (int port in ports.IsEmpty ? [DefaultPort] : ports)
        {
            foreach (string address in (string[])["127.0.0.1", "::1"])
            {
                ListenerBuilder? given = builder.DefaultListener;
                yield return new ListenerBuilder(default, "local only")
                {
                    Options = (given?.Options ?? new ListenerOptions()) with { Port = port, Address = address },
                    ProxyVersion = given?.ProxyVersion ?? 0,
                    ProxyRequiresTls = given?.ProxyRequiresTls ?? false,
                    Tls = given?.Tls ?? new TlsOptions { CertFile = "", KeyFile = "" },
                    Security = given?.Security ?? new SecurityBuilder(),
                    Origin = given!,
                };
            }
        }
    }

    private static ListenerOptions Resolve(ListenerBuilder listener, ConfigurationBuilder builder) => listener.Options with
    {
        Security = ResolveSecurity(listener.Security, builder),
        Tls = listener.Tls.CertFile.Length == 0 ? null : listener.Tls,
        Proxy = listener.ProxyVersion == 0 ? null : ResolveProxy(listener),
    };

    // With version 2 the proxy ends TLS, and what would be asked of the client's certificate is asked of its header.
    private static ProxyOptions ResolveProxy(ListenerBuilder listener) => new(listener.ProxyVersion)
    {
        RequireTls = listener.ProxyVersion == 2 && listener.ProxyRequiresTls,
        RequireCertificate = listener.ProxyVersion == 2 && listener.Tls.RequireCertificate,
        UseIdentityAsUsername = listener.ProxyVersion == 2 && listener.Tls.UseIdentityAsUsername,
    };

    private static AdminListenerOptions ResolveAdmin(ListenerBuilder listener) => new()
    {
        Listener = listener.Options with { Tls = listener.Tls.CertFile.Length == 0 ? null : listener.Tls },
        TokenFile = listener.TokenFile,
    };

    private static OtlpOptions? Otlp(ConfigurationBuilder builder)
    {
        if (builder.OtlpEndpoint is not { } endpoint) return null;
        OtlpOptions otlp = new() { Endpoint = endpoint, IsGrpc = builder.OtlpIsGrpc, Headers = builder.OtlpHeaders };
        return builder.OtlpInterval is { } interval ? otlp with { Interval = interval } : otlp;
    }

    private static ListenerSecurityOptions ResolveSecurity(SecurityBuilder own, ConfigurationBuilder builder)
    {
        // Under per_listener_settings only a global_plugin fills the global builder, and what both have is an error: so one rule
        // serves both: own, then global, then default.
        SecurityBuilder global = builder.Security;
        var defaults = new ListenerSecurityOptions();
        return new ListenerSecurityOptions
        {
            AllowAnonymous = own.AllowAnonymous ?? global.AllowAnonymous ?? builder.IsLocalOnly,
            PasswordFile = own.PasswordFile ?? global.PasswordFile,
            Jwt = (own.Jwt ?? global.Jwt) is { HasKeys: true } jwt ? jwt : null,
            Http = (own.Http ?? global.Http) is { IsUsed: true } http ? http : null,
            AclFile = own.AclFile ?? global.AclFile,
            AclTestFile = own.AclTestFile ?? global.AclTestFile,
            AclPatternNames = own.AclPatternNames ?? global.AclPatternNames ?? defaults.AclPatternNames,
            AllowZeroLengthClientId =
                own.AllowZeroLengthClientId ?? global.AllowZeroLengthClientId ?? defaults.AllowZeroLengthClientId,
            AutoIdPrefix = own.AutoIdPrefix ?? global.AutoIdPrefix ?? defaults.AutoIdPrefix,
            ClientIdPrefixes = builder.ClientIdPrefixes,
        };
    }

    /// <summary>
    /// Started with nothing at all the broker keeps its state in ./data; -p alone is mosquitto's way, which keeps none. A store
    /// that is named is used, unless the file says <c>persistence false</c>.
    /// </summary>
    private static PersistenceOptions Persistence(ConfigurationBuilder builder, string? file, CommandLineOverrides overrides)
    {
        PersistenceOptions persistence = builder.Persistence with { Url = overrides.PersistenceUrl ?? builder.Persistence.Url };
        bool isSaid = builder.Given.ContainsKey("persistence");
        if (file is null && overrides.Ports.IsEmpty) persistence = persistence with { IsEnabled = true, Location = "./data" };
        else if (persistence.Url is not null && !isSaid) persistence = persistence with { IsEnabled = true };
        return overrides.PersistenceLocation is { } location ? persistence with { Location = location } : persistence;
    }
}
