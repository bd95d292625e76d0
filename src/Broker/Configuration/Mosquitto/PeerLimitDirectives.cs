using System.Collections.Immutable;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: limits of what peers can make grow, all of them ours.</summary>
internal static class PeerLimitDirectives
{
    private const int ConnectPacketBytesMax = 268_435_455;
    private const int RateMax = 1_000_000;
    private const int TopicLevelsMax = 1000;
    private const int PendingLoginsMax = 1_000_000;

    private static readonly ValueKind<int> CountOrNone = ValueKinds.Integer(0, int.MaxValue, "count, 0 for no limit");
    private static readonly ValueKind<int> RateOrNone = ValueKinds.Integer(0, RateMax, "a second, 0 to 1000000; 0 for no limit");

    private static readonly ValueKind<int> BytesPerSecond =
        ValueKinds.Integer(0, int.MaxValue, "bytes a second, 0 for no limit");

    public static readonly ImmutableArray<Directive> Rows =
    [
        Of("max_connect_packet_size", ValueKinds.Integer(20, ConnectPacketBytesMax, "bytes, 20 to 268435455"), "16384",
            (limits, value) => limits with { ConnectPacketBytesMax = value },
            "Holds until CONNACK, for CONNECT with its will and for AUTH; `max_packet_size` holds as well."),
        Of("connect_timeout", ValueKinds.Integer(1, 3600, "seconds, 1 to 3600"), "30",
            (limits, value) => limits with { ConnectTimeout = TimeSpan.FromSeconds(value) },
            "Until CONNECT is accepted, authentication included; looked at once a second. A TLS handshake before it may keep the "
                + "broker waiting for as long again, so may a request for a WebSocket, for which a reload does not change it."),
        Of("connect_rate", RateOrNone, "0", (limits, value) => limits with { ConnectsPerSecond = value },
            "CONNECT packets of all clients, as many at once. Nobody is refused: what comes faster waits, and that time does not "
                + "count against `connect_timeout`."),
        Of("max_pending_connects", CountOrNone, "100", (limits, value) => limits with { PendingConnectsMax = value },
            "CONNECTs between being read and their CONNACK, with a password to be hashed and others each. Nobody is refused: "
                + "others wait, and that time does not count against `connect_timeout`. With `http_auth_url` or `http_acl_url` "
                + "until the service is asked."),
        Of("max_pending_handshakes", CountOrNone, "0", (limits, value) => limits with { PendingHandshakesMax = value },
            "TLS handshakes that are computed at once, of all listeners; others wait unread, those that have begun go first. "
                + "0: one for each processor but one."),
        Of("max_subscriptions", CountOrNone, "0", (limits, value) => limits with { SubscriptionsMax = value },
            "Of one session. SUBACK says 0x97 (before 5.0: 0x80) for what is above it."),
        Of("global_max_subscriptions", CountOrNone, "0", (limits, value) => limits with { GlobalSubscriptionsMax = value },
            "Of all sessions together, shared subscriptions included. SUBACK as for `max_subscriptions`."),
        Of("global_max_retained_messages", CountOrNone, "0", (limits, value) => limits with { RetainedMessagesMax = value },
            "Topics, without `$SYS`. Above it a retained message for another topic goes nowhere: PUBACK or PUBREC 0x97."),
        OfLong("global_max_retained_bytes", "payload bytes, 0 for no limit",
            (limits, value) => limits with { RetainedBytesMax = value },
            "Of all retained messages together, without `$SYS`. What takes no more room than the one it replaces passes."),
        Of("max_retained_messages", CountOrNone, "0", (limits, value) => limits with { ClientRetainedMessagesMax = value },
            "Topics whose retained message a client id published last, also before a restart. Above it as with "
                + "`global_max_retained_messages`."),
        OfLong("max_retained_bytes", "payload bytes, 0 for no limit",
            (limits, value) => limits with { ClientRetainedBytesMax = value }, "The same in payload bytes."),
        OfLong("global_max_queued_messages", "count, 0 for no limit",
            (limits, value) => limits with { GlobalQueuedMessagesMax = value },
            "What waits in all sessions together, in memory and in the store. Above it `drop_policy` decides. "
                + "A client that is connected and has nothing waiting still gets one message at a time."),
        OfLong("global_max_queued_bytes", "payload bytes, 0 for no limit",
            (limits, value) => limits with { GlobalQueuedBytesMax = value },
            "The same in payload bytes."),
        Of("max_user_properties", CountOrNone, "0", (limits, value) => limits with { UserPropertiesMax = value },
            "Of a PUBLISH (PUBACK or PUBREC 0x97) and of a will (CONNACK 0x97). Those of other packets are not kept."),
        Of("max_connections_per_address", CountOrNone, "0", (limits, value) => limits with { AddressConnectionsMax = value },
            "Closed at once, as with `max_connections`, and counted from its accept on: without a TLS handshake, or a "
                + "WebSocket's request, as well. IPv6 is counted by /64; unix sockets are not. "
                + "After a reload it holds for those that come from then on."),
        Of("max_connections_per_user", CountOrNone, "0", (limits, value) => limits with { UserConnectionsMax = value },
            "CONNACK 0x97, before 5.0 return code 3. Who takes over a session of that user is let in. "
                + "After a reload it holds for those that come from then on."),
        Of("connect_rate_per_address", RateOrNone, "0", (limits, value) => limits with { AddressConnectsPerSecond = value },
            "As many at once. CONNACK 0x9F, before 5.0 return code 3; what is refused does not count. IPv6 by /64."),
        Of("publish_rate", RateOrNone, "0", (limits, value) => limits with { PublishesPerSecond = value },
            "PUBLISH packets of one client, as many at once. Nobody is refused: what comes faster is read later, in its order."),
        Of("publish_byte_rate", BytesPerSecond, "0", (limits, value) => limits with { PublishBytesPerSecond = value },
            "Bytes of PUBLISH packets of one client, as many at once; a larger packet passes, and is waited for after it."),
        Of("publish_rate_per_address", RateOrNone, "0", (limits, value) => limits with { AddressPublishesPerSecond = value },
            "As `publish_rate`, for all clients of an address together. IPv6 by /64."),
        Of("publish_byte_rate_per_address", BytesPerSecond, "0",
            (limits, value) => limits with { AddressPublishBytesPerSecond = value },
            "As `publish_byte_rate`, for all clients of an address together. IPv6 by /64."),
        Of("max_wildcard_filters", CountOrNone, "0", (limits, value) => limits with { WildcardFiltersMax = value },
            "Subscriptions of one session with `+` or `#`, shared ones included. SUBACK as for `max_subscriptions`."),
        Of("max_topic_levels", ValueKinds.Integer(1, TopicLevelsMax, "1 to 1000"), "200",
            (limits, value) => limits with { TopicLevelsMax = value },
            "Slashes in a topic or filter, without the mount point. 200 is mosquitto's, which has no directive for it."),
        Of("max_pending_logins", ValueKinds.Integer(1, PendingLoginsMax, "1 to 1000000"), "1000",
            (limits, value) => limits with { PendingLoginsMax = value },
            "Passwords that wait to be verified. Above it CONNACK 0x89, before 5.0 return code 3."),
    ];

    private static Directive OfLong(
        string name, string description, Func<PeerLimitOptions, long, PeerLimitOptions> set, string note) =>
        Of(name, ValueKinds.LongInteger(0, description), "0", set, note);

    private static Directive Of<T>(
        string name, ValueKind<T> kind, string byDefault, Func<PeerLimitOptions, T, PeerLimitOptions> set, string note) =>
        Row.Works(name, Global, kind, byDefault,
            (builder, value) => builder.Limits = builder.Limits with { Peers = set(builder.Limits.Peers, value) })
            with { Since = Directive.Ours, Note = note };
}
