using System.Collections.Immutable;

namespace Broker.Configuration;

/// <summary>
/// Everything a mosquitto.conf and the command line can say, resolved and validated. Immutable; swapped as a whole.
/// </summary>
internal sealed record BrokerOptions
{
    /// <summary>Default of <see cref="SysInterval"/>.</summary>
    public static readonly TimeSpan SysIntervalDefault = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What is listened on, in the order of the file. Default: 127.0.0.1 and ::1, port 1883, anonymous allowed.
    /// </summary>
    public ImmutableArray<ListenerOptions> Listeners { get; init; } = [];

    /// <summary>Where operators and their tools reach the broker. Default nowhere.</summary>
    public ImmutableArray<AdminListenerOptions> AdminListeners { get; init; } = [];

    /// <summary>
    /// <c>audit_log_file</c>, ours. Where each change by an administrator is written down, a JSON object a line; null: in the log
    /// only.
    /// </summary>
    public string? AuditLogFile { get; init; }

    /// <summary>
    /// <c>metrics_topic</c>, ours. Topic filters that messages and bytes are counted for, 50 at most. Default none; nothing is
    /// counted by topic then.
    /// </summary>
    public ImmutableArray<string> MetricsTopics { get; init; } = [];

    /// <summary>Where metrics are pushed to; null: nowhere.</summary>
    public OtlpOptions? Otlp { get; init; }

    /// <summary><c>sys_interval</c>. Time between two updates of <c>$SYS</c>; zero: there is none. Default 10 seconds.</summary>
    public TimeSpan SysInterval { get; init; } = SysIntervalDefault;

    /// <summary>Limits of packets, queues, sessions and connections.</summary>
    public LimitOptions Limits { get; init; } = new();

    /// <summary>Where log lines go and which.</summary>
    public LoggingOptions Logging { get; init; } = new();

    /// <summary>Where state is kept.</summary>
    public PersistenceOptions Persistence { get; init; } = new();

    /// <summary>
    /// mosquitto.conf: <c>check_retain_source</c>. Whether a retained message is sent only while its publisher may publish there.
    /// Default false.
    /// </summary>
    public bool ChecksRetainSource { get; init; }

    /// <summary>
    /// mosquitto.conf: <c>allow_plain_text_passwords</c>, ours. Whether a password file may have passwords in the place of
    /// hashes. Default false.
    /// </summary>
    public bool AllowPlainTextPasswords { get; init; }

    /// <summary>mosquitto.conf: <c>pid_file</c>. Full path, or null for none.</summary>
    public string? PidFile { get; init; }

    /// <summary>mosquitto.conf: <c>user</c>. Account to become when started as root; null: not given.</summary>
    public string? User { get; init; }

    /// <summary><c>--tls-keylog</c>. Where secrets of TLS connections are written, NSS key log lines; null: nowhere.</summary>
    public string? TlsKeyLogFile { get; init; }

    /// <summary>The file these options came from; null when started without one.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>Whether no listener was asked for, so that only this machine may connect.</summary>
    public bool IsLocalOnly { get; init; }

    /// <summary>Warnings and notes about the file, one printed line each. They were written to standard error.</summary>
    public ImmutableArray<string> StartRemarks { get; init; } = [];
}
