namespace Broker.Configuration.Mosquitto;

/// <summary>A listener while the file is read.</summary>
/// <param name="openedAt">The line that opened it.</param>
/// <param name="openedBy">The directive that opened it.</param>
internal sealed class ListenerBuilder(SourcePosition openedAt, string openedBy)
{
    /// <summary>The line that opened it.</summary>
    public SourcePosition OpenedAt { get; } = openedAt;

    /// <summary><c>listener</c>, or the directive that made the default listener.</summary>
    public string OpenedBy { get; } = openedBy;

    /// <summary>Whether it is for operators and not for MQTT clients.</summary>
    public bool IsAdmin { get; init; }

    /// <summary><c>admin_token_file</c>.</summary>
    public string? TokenFile { get; set; }

    /// <summary>Everything but security and TLS.</summary>
    public ListenerOptions Options { get; set; } = new();

    /// <summary>TLS as far as it was read; empty file names mean not given.</summary>
    public TlsOptions Tls { get; set; } = new() { CertFile = "", KeyFile = "" };

    /// <summary><c>enable_proxy_protocol</c>; 0: not given.</summary>
    public int ProxyVersion { get; set; }

    /// <summary><c>proxy_protocol_v2_require_tls</c>.</summary>
    public bool ProxyRequiresTls { get; set; }

    /// <summary>What was said for this listener alone.</summary>
    public SecurityBuilder Security { get; init; } = new();

    /// <summary>The section whose lines it has: its own, but for the two listeners of a file that opens none.</summary>
    public ListenerBuilder Origin
    {
        get => field ?? this;
        init;
    }

    /// <summary>Where each directive of this section was given last, by name.</summary>
    public Dictionary<string, SourcePosition> Given { get; } = new(StringComparer.Ordinal);
}
