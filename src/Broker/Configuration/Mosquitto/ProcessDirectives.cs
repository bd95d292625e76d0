using System.Collections.Immutable;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: the process and its files.</summary>
internal static class ProcessDirectives
{
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
    ];
}
