using System.Collections.Immutable;

namespace Broker.Configuration.Mosquitto;

/// <summary>A configuration while its files are read. What later lines attach to is in <see cref="DirectiveContext"/>.</summary>
internal sealed class ConfigurationBuilder
{
    /// <summary>Limits read so far.</summary>
    public LimitOptions Limits { get; set; } = new();

    /// <summary>Logging read so far.</summary>
    public LoggingBuilder Logging { get; } = new();

    /// <summary>Persistence read so far.</summary>
    public PersistenceOptions Persistence { get; set; } = new();

    /// <summary>Global security options.</summary>
    public SecurityBuilder Security { get; } = new();

    /// <summary><c>clientid_prefixes</c>, for every listener.</summary>
    public ImmutableArray<string> ClientIdPrefixes { get; set; } = [];

    /// <summary><c>check_retain_source</c>.</summary>
    public bool ChecksRetainSource { get; set; }

    /// <summary><c>allow_plain_text_passwords</c>, for every password file.</summary>
    public bool AllowPlainTextPasswords { get; set; }

    /// <summary><c>pid_file</c>.</summary>
    public string? PidFile { get; set; }

    /// <summary><c>user</c>.</summary>
    public string? User { get; set; }

    /// <summary><c>per_listener_settings</c>; once true it stays so.</summary>
    public bool PerListenerSettings { get; set; }

    /// <summary>Whether a security option was read; <c>per_listener_settings true</c> must come before any.</summary>
    public bool HasSecurityOption { get; set; }

    /// <summary>Whether no <c>listener</c>, <c>port</c> or <c>bind_address</c> was read: only this machine may connect.</summary>
    public bool IsLocalOnly { get; set; } = true;

    /// <summary>The listeners in the order of the files, the default listener among them.</summary>
    public List<ListenerBuilder> Listeners { get; } = [];

    /// <summary>The <c>admin_listener</c> sections in the order of the files.</summary>
    public List<ListenerBuilder> AdminListeners { get; } = [];

    /// <summary><c>audit_log_file</c>.</summary>
    public string? AuditLogFile { get; set; }

    /// <summary><c>sys_interval</c>; zero: no <c>$SYS</c>.</summary>
    public TimeSpan SysInterval { get; set; } = BrokerOptions.SysIntervalDefault;

    /// <summary><c>metrics_topic</c>.</summary>
    public ImmutableArray<string> MetricsTopics { get; set; } = [];

    /// <summary><c>otlp_endpoint</c>.</summary>
    public Uri? OtlpEndpoint { get; set; }

    /// <summary><c>otlp_protocol grpc</c>.</summary>
    public bool OtlpIsGrpc { get; set; }

    /// <summary><c>otlp_header</c>.</summary>
    public ImmutableArray<string> OtlpHeaders { get; set; } = [];

    /// <summary><c>otlp_interval</c>; null: not given.</summary>
    public TimeSpan? OtlpInterval { get; set; }

    /// <summary>
    /// The listener that a listener option, <c>port</c> or <c>bind_address</c> made when there was none before it.
    /// </summary>
    public ListenerBuilder? DefaultListener { get; private set; }

    /// <summary>The <c>connection</c> sections by name.</summary>
    public Dictionary<string, BridgeSection> Bridges { get; } = new(StringComparer.Ordinal);

    /// <summary>The plugins in the order of the files.</summary>
    public List<PluginSection> Plugins { get; } = [];

    /// <summary>Those of <c>plugin_load</c>, by name.</summary>
    public Dictionary<string, PluginSection> LoadedPlugins { get; } = new(StringComparer.Ordinal);

    /// <summary>Every directive that was taken over, in the order of the files.</summary>
    public List<SaidDirective> Said { get; } = [];

    /// <summary>Where each global directive was given last, by name.</summary>
    public Dictionary<string, SourcePosition> Given { get; } = new(StringComparer.Ordinal);

    /// <summary>The default listener, made now if need be.</summary>
    public ListenerBuilder RequireDefaultListener(SourcePosition at, string directive)
    {
        if (DefaultListener is null)
        {
            DefaultListener = new ListenerBuilder(at, directive);
            Listeners.Add(DefaultListener);
        }
        return DefaultListener;
    }
}
