namespace Broker.Configuration;

/// <summary>What happens when the store's file turns out to be damaged.</summary>
internal enum StoreDamageAction
{
    /// <summary>It is moved aside, and the broker begins with an empty one.</summary>
    Quarantine,
    /// <summary>The broker does not start.</summary>
    Stop,
}

/// <summary>Where state is kept.</summary>
internal sealed record PersistenceOptions
{
    /// <summary>The file when <c>persistence_file</c> does not name one. Not mosquitto's name: its file stays as it is.</summary>
    public const string FileDefault = "broker.db";

    /// <summary>
    /// <c>persistence</c>. Default false; true when started without a configuration file, and with <c>persistence_url</c>.
    /// </summary>
    public bool IsEnabled { get; init; }

    /// <summary><c>persistence_location</c>. Folder, or null: the current one.</summary>
    public string? Location { get; init; }

    /// <summary><c>persistence_file</c>. Default <see cref="FileDefault"/>.</summary>
    public string File { get; init; } = FileDefault;

    /// <summary>
    /// <c>persistence_url</c>, ours: <c>sqlite:///path/broker.db</c> or <c>postgres://user:password@host/database</c>; null: the
    /// file in the folder. The environment variable BROKER_PERSISTENCE_URL wins.
    /// </summary>
    public string? Url { get; init; }

    /// <summary>
    /// <c>will_grace</c>, ours. How long clients that were connected when the broker ended may take to come back before their
    /// wills are published. Default 30 s.
    /// </summary>
    public TimeSpan WillGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>persistence_kinds</c> and <c>persistence_user</c>, ours. Default everything.</summary>
    public KeptState Kept { get; init; } = KeptState.Everything;

    /// <summary><c>on_store_damage</c>, ours. Default quarantine.</summary>
    public StoreDamageAction OnDamage { get; init; }

    /// <summary>What is opened: the URL, or the path of a file.</summary>
    public string StoreLocation => Url ?? Path.Combine(Location ?? "", File);
}
