using System.Collections.Immutable;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: the process, its files and where state is kept.</summary>
internal static class ProcessDirectives
{
    private const string NoAutosave = "there is no file that is written now and then";

    public static readonly ImmutableArray<Directive> Rows =
    [
        Row.Works("include_dir", Global, ValueKinds.Text("folder"), "none",
                (_, folder, context) => IncludedFiles.Read(folder, context))
            with { Accumulates = true, Note = "In the main file only. Files `*.conf`, ordered by name without regard to case." },
        Row.Works("pid_file", Global, ValueKinds.Text("path"), "none",
                (builder, value) => builder.PidFile = Path.GetFullPath(value))
            with { IsDuplicateAnError = true },
        Row.Works("user", Global, ValueKinds.Text("account"), "mosquitto, if started as root with a file and the account exists",
                (builder, value) => builder.User = value)
            with
            {
                Note = "Taken on after sockets are open and keys are read (mosquitto: before): privileged ports and "
                    + "root-only keys work. Without an account `mosquitto` it stays root and warns (mosquitto: `nobody`).",
            },
        Row.Works("persistence", Global, ValueKinds.Flag, "false", SetPersistence)
            with
            {
                Aliases = ["retained_persistence"],
                Status = DirectiveStatus.Accepted,
                Note = "State is kept in memory only in this version; `true` gives a warning.",
            },
        Row.Works("persistence_location", Global, ValueKinds.Text("folder"), "the current folder",
                (builder, value) => builder.Persistence = builder.Persistence with { Location = value })
            with { IsDuplicateAnError = true, Status = DirectiveStatus.Accepted, Note = "Unused while state is in memory only." },
        Row.Works("persistence_file", Global, ValueKinds.Text("file name"), "mosquitto.db",
                (builder, value) => builder.Persistence = builder.Persistence with { File = value })
            with { IsDuplicateAnError = true, Status = DirectiveStatus.Accepted, Note = "Unused while state is in memory only." },
        Row.Idle("autosave_interval", Global, ValueKinds.Integer(description: "seconds"), "none", DirectiveStatus.Accepted,
            NoAutosave),
        Row.Idle("autosave_on_changes", Global, ValueKinds.Flag, "none", DirectiveStatus.Accepted, NoAutosave),
    ];

    private static void SetPersistence(ConfigurationBuilder builder, bool value, DirectiveContext context)
    {
        builder.Persistence = builder.Persistence with { IsEnabled = value };
        if (!value) return;
        context.Report.Warning(
            context.At, $"'{context.Name} true': this version keeps sessions, queues and retained messages in memory only; "
            + "they are gone when the broker ends");
    }
}
