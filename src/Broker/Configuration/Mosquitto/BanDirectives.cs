using System.Collections.Immutable;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: bans, all of them ours, in EMQX's words where it has some.</summary>
internal static class BanDirectives
{
    private const int DaySeconds = 86_400;
    private const int YearSeconds = 365 * DaySeconds;

    private static readonly ValueKind<int> CountOrOff = ValueKinds.Integer(0, 1_000_000, "count, 0 to 1000000; 0 is off");
    private static readonly ValueKind<int> Window = ValueKinds.Integer(1, DaySeconds, "seconds, 1 to 86400");
    private static readonly ValueKind<int> BanTime = ValueKinds.Integer(1, YearSeconds, "seconds, 1 to 31536000");

    public static readonly ImmutableArray<Directive> Rows =
    [
        Of("max_bans", ValueKinds.Integer(1, 1_000_000, "count, 1 to 1000000"), "10000",
            (bans, value) => bans with { CountMax = value },
            "A ban above it is refused with 507; those made by rates may be half of it. Those that are there stay."),
        Of("flapping_max_count", CountOrOff, "0",
            (bans, value) => bans with { Flapping = bans.Flapping with { CountMax = value } },
            "A client id is banned when more than so many connections of it have ended within `flapping_window_time`. "
                + "Only clients that have authenticated count, and no takeovers."),
        Of("flapping_window_time", Window, "60",
            (bans, value) => bans with { Flapping = bans.Flapping with { Window = TimeSpan.FromSeconds(value) } },
            "Begins with the first end that is counted."),
        Of("flapping_ban_time", BanTime, "300",
            (bans, value) => bans with { Flapping = bans.Flapping with { BanTime = TimeSpan.FromSeconds(value) } },
            "Whoever goes on trying is not banned for longer."),
        Of("failed_login_max_count", CountOrOff, "0",
            (bans, value) => bans with { FailedLogin = bans.FailedLogin with { CountMax = value } },
            "An address, of IPv6 its /64, is banned after more than so many wrong names, passwords and tokens within "
                + "`failed_login_window_time`. Loopback addresses are not."),
        Of("failed_login_window_time", Window, "300",
            (bans, value) => bans with { FailedLogin = bans.FailedLogin with { Window = TimeSpan.FromSeconds(value) } },
            "Begins with the first that is counted."),
        Of("failed_login_ban_time", BanTime, "600",
            (bans, value) => bans with { FailedLogin = bans.FailedLogin with { BanTime = TimeSpan.FromSeconds(value) } },
            "Whoever goes on trying is not banned for longer. Clients that are connected stay."),
    ];

    private static Directive Of(
        string name, ValueKind<int> kind, string byDefault, Func<BanOptions, int, BanOptions> set, string note) =>
        Row.Works(name, Global, kind, byDefault,
            (builder, value) => builder.Limits = builder.Limits with { Bans = set(builder.Limits.Bans, value) })
            with { Since = Directive.Ours, Note = note };
}
