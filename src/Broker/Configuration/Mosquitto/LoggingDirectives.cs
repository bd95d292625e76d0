using System.Collections.Immutable;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: what is logged, how and where.</summary>
internal static class LoggingDirectives
{
    public static readonly ImmutableArray<Directive> Rows =
    [
        Row.Works("log_dest", Global, ValueKinds.Words("none, stdout, stderr, syslog, file PATH"), "stderr", AddDestination)
            with { Accumulates = true, Note = "`topic` and `dlt` are not supported yet and give a warning." },
        Row.Works("log_type", Global, ValueKinds.Choice(
                ("none", LogTypes.None), ("error", LogTypes.Error), ("warning", LogTypes.Warning), ("notice", LogTypes.Notice),
                ("information", LogTypes.Information), ("debug", LogTypes.Debug), ("subscribe", LogTypes.Subscribe),
                ("unsubscribe", LogTypes.Unsubscribe), ("websockets", LogTypes.WebSockets), ("internal", LogTypes.Internal),
                ("all", LogTypes.All)),
                "error, warning, notice, information", (builder, value) => builder.Logging.Add(value))
            with { Accumulates = true },
        Row.Works("log_timestamp", Global, ValueKinds.Flag, "true",
            (builder, value) => builder.Logging.Options = builder.Logging.Options with { HasTimestamp = value }),
        Row.Works("log_timestamp_format", Global, ValueKinds.Text("strftime text"), "seconds since 1970",
                (builder, value) => builder.Logging.Options = builder.Logging.Options with { TimestampFormat = value })
            with { Since = "1.6", IsDuplicateAnError = true },
        Row.Works("log_facility", Global, ValueKinds.Integer(0, 7, "0 to 7, for local0 to local7"), "daemon",
            (builder, value) => builder.Logging.Options = builder.Logging.Options with { SyslogFacility = value }),
        Row.Works("connection_messages", Global, ValueKinds.Flag, "true",
            (builder, value) => builder.Logging.Options = builder.Logging.Options with { ConnectionMessages = value }),
    ];

    private static void AddDestination(ConfigurationBuilder builder, List<ConfigurationValue> words, DirectiveContext context)
    {
        ConfigurationValue destination = words[0];
        if (destination.Text == "file")
        {
            AddFile(builder, context);
            return;
        }
        if (words.Count > 1)
            context.Warning(words[1], $"'log_dest {destination.Text}' takes nothing else: '{words[1].Text}' is ignored");
        switch (destination.Text)
        {
            case "none":
                builder.Logging.ClearDestinations();
                break;
            case "stdout":
                builder.Logging.Add(new LogDestination(LogDestinationKind.StandardOut));
                break;
            case "stderr":
                builder.Logging.Add(new LogDestination(LogDestinationKind.StandardError));
                break;
            case "syslog":
                builder.Logging.Add(new LogDestination(LogDestinationKind.Syslog));
                break;
            case "topic" or "dlt":
                context.Warning(destination, $"'log_dest {destination.Text}' is not supported yet and has no effect");
                break;
            default:
                context.Error(
                    destination, $"'log_dest' takes {context.Directive.Values}, not '{destination.Text}'",
                    $"Error: Invalid 'log_dest' value ({destination.Text}).");
                break;
        }
    }

    private static void AddFile(ConfigurationBuilder builder, DirectiveContext context)
    {
        (_, ConfigurationValue path) = context.Value.SplitWord();
        if (path.IsEmpty)
        {
            context.Error(path, "'log_dest file' has no path", "Error: Empty \"log_dest file\" value in configuration.");
            return;
        }
        if (builder.Logging.HasFile)
        {
            context.Error(context.Value, "there can be one 'log_dest file'", "Error: Duplicate \"log_dest file\" value.");
            return;
        }
        builder.Logging.Add(new LogDestination(LogDestinationKind.File, path.Text));
    }
}
