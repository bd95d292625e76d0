namespace Broker.Configuration.Mosquitto;

/// <summary>Puts what mosquitto's own plugins are told where the directives of the same meaning put it.</summary>
internal static class BuiltInPlugins
{
    /// <summary>Takes over every plugin that was read. After the last line.</summary>
    public static void Apply(ConfigurationBuilder builder, ConfigurationReport report)
    {
        foreach (PluginSection plugin in builder.Plugins)
        {
            switch (plugin.Kind)
            {
                case PluginKind.PasswordFile:
                    foreach (SecurityBuilder security in plugin.Targets) SetPasswordFile(plugin, security, report);
                    WarnWithoutUse(plugin, report);
                    break;
                case PluginKind.AclFile:
                    foreach (SecurityBuilder security in plugin.Targets) SetAclFile(plugin, security, report);
                    WarnWithoutUse(plugin, report);
                    break;
                case PluginKind.PersistSqlite:
                    SetPersistence(plugin, builder, report);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Two files of a kind for one listener: mosquitto would ask one after the other, here there is one.</summary>
    public static void CheckTwice(ListenerBuilder listener, SecurityBuilder global, ConfigurationReport report)
    {
        CheckTwice("password_file", listener.Security.PasswordFileAt, global.PasswordFileAt, report);
        CheckTwice("acl_file", listener.Security.AclFileAt, global.AclFileAt, report);
    }

    private static void CheckTwice(
        string what, SourcePosition? ofListener, SourcePosition? ofAll, ConfigurationReport report)
    {
        if (ofListener is not { } at || ofAll is not { } other) return;
        report.Error(at, $"there is {Article(what)} for all listeners already, at {other}: a listener has one");
    }

    private static string Article(string what) => what[0] == 'a' ? $"an {what}" : $"a {what}";

    private static void SetPasswordFile(PluginSection plugin, SecurityBuilder security, ConfigurationReport report)
    {
        if (!TryTakePath(plugin, "password_file", security.PasswordFileAt, report, out string path, out SourcePosition at))
            return;
        (security.PasswordFile, security.PasswordFileAt) = (path, at);
    }

    private static void SetAclFile(PluginSection plugin, SecurityBuilder security, ConfigurationReport report)
    {
        if (!TryTakePath(plugin, "acl_file", security.AclFileAt, report, out string path, out SourcePosition at)) return;
        (security.AclFile, security.AclFileAt) = (path, at);
    }

    private static bool TryTakePath(
        PluginSection plugin, string key, SourcePosition? earlier, ConfigurationReport report,
        out string path, out SourcePosition at)
    {
        (path, at) = ("", plugin.OpenedAt);
        WarnOfOthers(plugin, report, key);
        if (!plugin.Options.TryGetValue(key, out (string Value, SourcePosition At) option))
        {
            report.Error(plugin.OpenedAt, $"the plugin {plugin.Name} needs a file: put 'plugin_opt_{key} PATH' below this line");
            return false;
        }
        (path, at) = option;
        if (earlier is not { } other) return true;
        report.Error(at, $"there is {Article(key)} already, at {other}: a listener has one");
        return false;
    }

    private static void SetPersistence(PluginSection plugin, ConfigurationBuilder builder, ConfigurationReport report)
    {
        builder.Persistence = builder.Persistence with { IsEnabled = true };
        builder.Given.TryAdd("persistence", plugin.OpenedAt);
        foreach ((string key, (string value, SourcePosition at)) in plugin.Options)
        {
            switch (key)
            {
                case "db_file" when builder.Persistence.Url is null:
                    // mosquitto's tables are others: ours go into a file beside it.
                    builder.Persistence = builder.Persistence with { Url = "sqlite:" + value + ".broker" };
                    report.Note(at, $"the store is {value}.broker; what mosquitto kept in {value} is neither read nor touched");
                    break;
                case "db_file":
                    report.Warning(at, "'plugin_opt_db_file' has no effect: 'persistence_url' says where the store is");
                    break;
                case "sync" or "flush_period" or "page_size":
                    report.Note(at, $"'plugin_opt_{key}' has no effect: everything is synced before it is acknowledged");
                    break;
                default:
                    break;
            }
        }
        WarnOfOthers(plugin, report, "db_file", "sync", "flush_period", "page_size");
    }

    private static void WarnOfOthers(PluginSection plugin, ConfigurationReport report, params string[] known)
    {
        foreach ((string key, (_, SourcePosition at)) in plugin.Options)
        {
            if (!known.Contains(key))
                report.Warning(at, $"'plugin_opt_{key}' has no effect: {plugin.Name} knows {string.Join(", ", known)}");
        }
    }

    private static void WarnWithoutUse(PluginSection plugin, ConfigurationReport report)
    {
        if (plugin.Targets.Count == 0)
            report.Warning(plugin.OpenedAt, $"the plugin {plugin.Name} is loaded, and no listener has a 'plugin_use' for it");
    }
}
