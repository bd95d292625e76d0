using System.Collections.Immutable;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>
/// Rows: plugins. They are native libraries with mosquitto's own interface and cannot be loaded here; what those that come with
/// mosquitto do is built in.
/// </summary>
internal static class PluginDirectives
{
    private const string NoPlugins =
        "plugins are native libraries made for mosquitto, and what this one would forbid would be allowed without it; built in "
        + "are mosquitto_password_file, mosquitto_acl_file and mosquitto_persist_sqlite";

    private const string BuiltIn =
        "`mosquitto_password_file.so`, `mosquitto_acl_file.so` and `mosquitto_persist_sqlite.so` are known by their names and "
        + "built in, wherever the path leads; another one is an error, as what it would forbid would be allowed without it.";

    private static readonly DirectiveTarget<PluginSection> LoadedPlugin =
        new(DirectiveScope.Plugin, RequirePlugin, context => context.Builder.Given);

    public static readonly ImmutableArray<Directive> Rows =
    [
        Row.Works("plugin", SecuritySection, ValueKinds.Text("path"), "none",
                (security, path, context) => Open(path, security, context))
            with
            {
                Aliases = ["auth_plugin"],
                Since = "2.0 (auth_plugin: ≤1.4)",
                Accumulates = true,
                Note = BuiltIn,
            },
        Row.Works("global_plugin", Global, ValueKinds.Text("path"), "none",
                (builder, path, context) => Open(path, builder.Security, context))
            with { Since = "2.1", Accumulates = true, Note = "For every listener, also under `per_listener_settings`." },
        Row.Works("plugin_load", Global, ValueKinds.Words("name and path"), "none", Load)
            with { Since = "2.1", Accumulates = true, Note = "For the listeners that say `plugin_use`." },
        Row.Works("plugin_use", NamedListener, ValueKinds.Words("name"), "none", Use)
            with { Since = "2.1", Accumulates = true },
        Row.Works("plugin_opt_*", LoadedPlugin, ValueKinds.Anything, "none", TakeOption)
            with
            {
                Aliases = ["auth_opt_*"],
                Since = "2.0 (auth_opt_*: ≤1.4)",
                Accumulates = true,
                Note = "`password_file`, `acl_file`; of persist_sqlite `db_file` (the store is that name with `.broker` behind), "
                    + "while `sync`, `flush_period` and `page_size` have no effect: all is synced before it is acknowledged.",
            },
        Row.Works("auth_plugin_deny_special_chars", LoadedPlugin, ValueKinds.Flag, "true", CheckSpecialCharacters)
            with
            {
                Since = "1.4.13",
                Accumulates = true,
                Note = "`false` has no effect: a name with `+` or `#` never gets anything from a pattern.",
            },
    ];

    private static void Load(ConfigurationBuilder builder, List<ConfigurationValue> words, DirectiveContext context)
    {
        (ConfigurationValue name, ConfigurationValue path) = context.Value.SplitWord();
        if (path.IsEmpty)
        {
            context.Error(
                path, "'plugin_load' takes a name and a path", "Error: Empty 'plugin_load' value in configuration.");
            return;
        }
        PluginSection plugin = Open(path.Text, target: null, context);
        if (!builder.LoadedPlugins.TryAdd(words[0].Text, plugin))
        {
            context.Error(
                name, $"there is a plugin '{name.Text}' already, at {builder.LoadedPlugins[name.Text].OpenedAt}",
                $"Error: Duplicate plugin name '{name.Text}'.");
        }
    }

    private static void Use(ListenerBuilder listener, List<ConfigurationValue> words, DirectiveContext context)
    {
        string name = words[0].Text;
        if (context.Builder.LoadedPlugins.TryGetValue(name, out PluginSection? plugin))
        {
            plugin.Targets.Add(listener.Security);
            return;
        }
        context.Error(
            words[0], $"there is no 'plugin_load {name} PATH' above this line", $"Error: Plugin '{name}' not previously loaded.");
    }

    private static PluginSection Open(string path, SecurityBuilder? target, DirectiveContext context)
    {
        var plugin = new PluginSection(path, context.At, target);
        context.File.CurrentPlugin = plugin;
        context.Builder.Plugins.Add(plugin);
        if (plugin.Kind == PluginKind.Foreign) Row.Report(context, DirectiveStatus.Refused, NoPlugins);
        return plugin;
    }

    private static PluginSection? RequirePlugin(DirectiveContext context)
    {
        if (context.File.CurrentPlugin is { } plugin) return plugin;
        context.Report.Error(
            context.At, $"'{context.Name}' belongs to a plugin: there is no 'plugin' line before it",
            context.Directive.Name == "plugin_opt_*"
                ? $"Error: The '{context.Name}' option requires plugin/global_plugin/plugin_load to be defined first."
                : $"Error: An {context.Name} option exists in the config file without a plugin.");
        return null;
    }

    private static void TakeOption(PluginSection plugin, ConfigurationValue value, DirectiveContext context)
    {
        // mosquitto wants three characters behind the prefix, and says so only this way.
        string key = context.Name[(context.Name.IndexOf("_opt_", StringComparison.Ordinal) + 5)..];
        if (key.Length < 3)
        {
            context.Report.Error(
                context.At, "the name of a plugin option has at least 3 characters",
                "Error: Invalid 'plugin_opt_' config option.");
        }
        else if (value.IsEmpty)
        {
            context.Error(value, $"'{context.Name}' has no value", $"Error: Empty '{key}' value in configuration.");
        }
        else if (!plugin.Options.TryAdd(key, (value.Text, context.At)))
        {
            context.Report.Warning(
                context.At, $"'{context.Name}' was given before, at {plugin.Options[key].At}; this one counts");
            plugin.Options[key] = (value.Text, context.At);
        }
    }

    private static void CheckSpecialCharacters(PluginSection plugin, bool value, DirectiveContext context)
    {
        if (!value && plugin.Kind != PluginKind.Foreign)
            context.Warning(context.Value, $"'{context.Name} false' has no effect: names with + or # get nothing from a pattern");
    }
}
