namespace Broker.Configuration.Mosquitto;

/// <summary>What a plugin is to this broker.</summary>
internal enum PluginKind
{
    /// <summary>Somebody's native library, which cannot be loaded.</summary>
    Foreign,
    /// <summary><c>mosquitto_password_file.so</c>: built in.</summary>
    PasswordFile,
    /// <summary><c>mosquitto_acl_file.so</c>: built in.</summary>
    AclFile,
    /// <summary><c>mosquitto_persist_sqlite.so</c>: what the store does anyway.</summary>
    PersistSqlite,
}

/// <summary>A plugin while its options are read. What it is for is known at the end only.</summary>
/// <param name="path">The library.</param>
/// <param name="openedAt">Its line.</param>
/// <param name="target">Who is asked by it; null: the listeners that use it by name.</param>
internal sealed class PluginSection(string path, SourcePosition openedAt, SecurityBuilder? target)
{
    /// <summary>The library's file name.</summary>
    public string Name { get; } = path[(path.LastIndexOfAny(['/', '\\']) + 1)..];

    /// <summary>Its line.</summary>
    public SourcePosition OpenedAt { get; } = openedAt;

    /// <summary>Which of mosquitto's own it is.</summary>
    public PluginKind Kind => Path.GetFileNameWithoutExtension(Name) switch
    {
        "mosquitto_password_file" => PluginKind.PasswordFile,
        "mosquitto_acl_file" => PluginKind.AclFile,
        "mosquitto_persist_sqlite" => PluginKind.PersistSqlite,
        _ => PluginKind.Foreign,
    };

    /// <summary>Who is asked by it: all listeners, or one, or those that use it by name.</summary>
    public List<SecurityBuilder> Targets { get; } = target is null ? [] : [target];

    /// <summary>Its options by key, without <c>plugin_opt_</c>.</summary>
    public Dictionary<string, (string Value, SourcePosition At)> Options { get; } = new(StringComparer.Ordinal);
}
