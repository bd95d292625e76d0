namespace Broker.Configuration;

/// <summary>Where state is kept.</summary>
internal sealed record PersistenceOptions
{
    /// <summary><c>persistence</c>. Default false; true when started without a configuration file.</summary>
    public bool IsEnabled { get; init; }

    /// <summary><c>persistence_location</c>. Folder, or null: the current one.</summary>
    public string? Location { get; init; }

    /// <summary><c>persistence_file</c>. Default <c>mosquitto.db</c>.</summary>
    public string File { get; init; } = "mosquitto.db";
}
