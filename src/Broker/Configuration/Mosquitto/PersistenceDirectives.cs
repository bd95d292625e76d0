using System.Collections.Immutable;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: where state is kept, and what is promised of it.</summary>
internal static class PersistenceDirectives
{
    private const string NoAutosave = "every commit is saved before it is acknowledged; nothing is written now and then";

    public static readonly ImmutableArray<Directive> Rows =
    [
        Row.Works("persistence", Global, ValueKinds.Flag, "false; true without a configuration file or with `persistence_url`",
                (builder, value) => builder.Persistence = builder.Persistence with { IsEnabled = value })
            with
            {
                Aliases = ["retained_persistence"],
                Note = "`true`: what is acknowledged is committed. The store is our own (SQLite or PostgreSQL); mosquitto's file "
                    + "is neither read nor touched.",
            },
        Row.Works("persistence_location", Global, ValueKinds.Text("folder"), "the current folder",
                (builder, value) => builder.Persistence = builder.Persistence with { Location = value })
            with { IsDuplicateAnError = true, Note = "Made when it does not exist." },
        Row.Works("persistence_file", Global, ValueKinds.Text("file name"), PersistenceOptions.FileDefault,
                (builder, value) => builder.Persistence = builder.Persistence with { File = value })
            with
            {
                IsDuplicateAnError = true,
                Note = "In mosquitto `mosquitto.db`. When the file is mosquitto's own, `.broker` is put behind its name.",
            },
        Row.Works("persistence_url", Global, ValueKinds.Text("sqlite:///PATH or postgres://USER:PASSWORD@HOST/DATABASE"),
                "none",
                (builder, value) => builder.Persistence = builder.Persistence with { Url = value })
            with
            {
                Since = Directive.Ours,
                IsDuplicateAnError = true,
                Note = "Instead of location and file. The environment variable `BROKER_PERSISTENCE_URL` wins.",
            },
        Row.Works("durability", Listener,
                ValueKinds.Choice(("commit", ListenerDurability.Commit), ("memory", ListenerDurability.Memory)), "commit",
                (listener, value) => listener.Options = listener.Options with { Durability = value })
            with
            {
                Since = Directive.Ours,
                Note = "`memory`: clients of this listener are answered at once and their changes are committed soon after, as "
                    + "with other brokers: what was answered in the last moments before a crash can be lost.",
            },
        Row.Works("will_grace", Global, ValueKinds.Integer(0, 86_400, "seconds, 0 to 86400"), "30",
                (builder, value) => builder.Persistence = builder.Persistence with { WillGrace = TimeSpan.FromSeconds(value) })
            with
            {
                Since = Directive.Ours,
                Note = "After a crash the wills of clients that were connected go out when they have not come back by then.",
            },
        Row.Works("on_store_damage", Global,
                ValueKinds.Choice(("quarantine", StoreDamageAction.Quarantine), ("stop", StoreDamageAction.Stop)), "quarantine",
                (builder, value) => builder.Persistence = builder.Persistence with { OnDamage = value })
            with
            {
                Since = Directive.Ours,
                Note = "SQLite. `quarantine`: a damaged file is moved aside and named in the log, and the broker begins empty.",
            },
        Row.Idle("autosave_interval", Global, ValueKinds.Integer(description: "seconds"), "none", DirectiveStatus.Accepted,
            NoAutosave),
        Row.Idle("autosave_on_changes", Global, ValueKinds.Flag, "none", DirectiveStatus.Accepted, NoAutosave),
    ];
}
