using System.Collections.Immutable;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: where state is kept, and what is promised of it.</summary>
internal static class PersistenceDirectives
{
    private const string Kinds = "retained, sessions and queues (blank between), all, none";

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
        Row.Works("persistence_kinds", Global, ValueKinds.Words(Kinds), "all", SetKinds)
            with
            {
                Since = Directive.Ours,
                Note = "What the store has, with `persistence true`; the rest is in memory and ends with the process. What it "
                    + "has of other kinds from before is removed at the next start, and the log says how much.",
            },
        Row.Works("persistence_user", Global, ValueKinds.Words("NAME " + Kinds), "none", AddUser)
            with
            {
                Since = Directive.Ours,
                Accumulates = true,
                Note = "The same for users of that name; `*` in it stands for any characters, `?` for one. The first line that "
                    + "fits counts. A session goes by who created it, a retained message by who published it.",
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

    private static void SetKinds(ConfigurationBuilder builder, List<ConfigurationValue> words, DirectiveContext context)
    {
        if (!TryReadKinds(words, context, out KeptKinds kinds)) return;
        PersistenceOptions persistence = builder.Persistence;
        builder.Persistence = persistence with { Kept = persistence.Kept with { Kinds = kinds } };
    }

    private static void AddUser(ConfigurationBuilder builder, List<ConfigurationValue> words, DirectiveContext context)
    {
        if (words.Count == 1)
        {
            context.Error(words[0], $"'{context.Name}' takes a user name and what is kept for it: {Kinds}");
            return;
        }
        if (!TryReadKinds(words[1..], context, out KeptKinds kinds)) return;
        PersistenceOptions persistence = builder.Persistence;
        KeptState kept = persistence.Kept;
        builder.Persistence =
            persistence with { Kept = kept with { Users = kept.Users.Add(new KeptUser(words[0].Text, kinds)) } };
    }

    private static bool TryReadKinds(List<ConfigurationValue> words, DirectiveContext context, out KeptKinds kinds)
    {
        kinds = KeptKinds.None;
        foreach (ConfigurationValue word in words)
        {
            KeptKinds? kind = word.Text switch
            {
                "retained" => KeptKinds.Retained,
                "sessions" => KeptKinds.Sessions,
                "queues" => KeptKinds.Queues,
                "all" when words.Count == 1 => KeptKinds.All,
                "none" when words.Count == 1 => KeptKinds.None,
                _ => null,
            };
            if (kind is null)
            {
                context.Error(word, $"'{context.Name}' takes {Kinds}, not '{word.Text}'");
                return false;
            }
            kinds |= kind.Value;
        }
        if ((kinds & (KeptKinds.Queues | KeptKinds.Sessions)) != KeptKinds.Queues) return true;
        context.Error(words[0], $"'{context.Name}': queues belong to sessions, so that 'sessions' has to be kept as well");
        return false;
    }
}
