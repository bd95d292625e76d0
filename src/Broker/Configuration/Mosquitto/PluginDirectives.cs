using System.Collections.Immutable;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: plugins. They are native libraries with mosquitto's own interface and cannot be loaded here.</summary>
internal static class PluginDirectives
{
    private const string NoPlugins =
        "plugins are native libraries made for mosquitto, and what this one would forbid would be allowed without it";

    private static readonly DirectiveTarget<ConfigurationFile> LoadedPlugin =
        new(DirectiveScope.Plugin, RequirePlugin, context => context.Builder.Given);

    public static readonly ImmutableArray<Directive> Rows =
    [
        Loads("plugin", SecuritySection, "path") with { Aliases = ["auth_plugin"], Since = "2.0 (auth_plugin: ≤1.4)" },
        Loads("global_plugin", Global, "path") with { Since = "2.1" },
        Loads("plugin_load", Global, "name and path") with { Since = "2.1" },
        Row.Idle("plugin_use", NamedListener, ValueKinds.Text("name"), "none", DirectiveStatus.Refused, NoPlugins)
            with { Since = "2.1", Accumulates = true },
        Row.Works("plugin_opt_*", LoadedPlugin, ValueKinds.Anything, "none", CheckOption)
            with
            {
                Aliases = ["auth_opt_*"],
                Status = DirectiveStatus.Refused,
                Since = "2.0 (auth_opt_*: ≤1.4)",
                Accumulates = true,
                Note = "An option of a plugin; the plugin's own line is the error.",
            },
        Row.Works("auth_plugin_deny_special_chars", LoadedPlugin, ValueKinds.Flag, "true", (_, _) => { })
            with
            {
                Status = DirectiveStatus.Refused,
                Since = "1.4.13",
                Accumulates = true,
                Note = "An option of a plugin; the plugin's own line is the error.",
            },
    ];

    private static Directive Loads<T>(string name, DirectiveTarget<T> target, string values)
        where T : class =>
        Row.Works(name, target, ValueKinds.Text(values), "none", (_, _, context) =>
        {
            context.File.CurrentPlugin = context.At;
            Row.Report(context, DirectiveStatus.Refused, NoPlugins);
        }) with { Status = DirectiveStatus.Refused, Note = NoPlugins, Accumulates = true };

    private static ConfigurationFile? RequirePlugin(DirectiveContext context)
    {
        if (context.File.CurrentPlugin is not null) return context.File;
        context.Report.Error(
            context.At, $"'{context.Name}' belongs to a plugin: there is no 'plugin' line before it",
            context.Directive.Name == "plugin_opt_*"
                ? $"Error: The '{context.Name}' option requires plugin/global_plugin/plugin_load to be defined first."
                : $"Error: An {context.Name} option exists in the config file without a plugin.");
        return null;
    }

    private static void CheckOption(ConfigurationFile file, ConfigurationValue value, DirectiveContext context)
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
    }
}
