namespace Broker.Persistence.Ef;

/// <summary>
/// The views that operators query: their columns stay as they are while the tables may change. Instants are milliseconds since
/// 1970 UTC, null where there is none. A delivery counts as in flight from PUBREC on; whether a PUBLISH has left before, memory
/// knows.
/// </summary>
internal static class StateViews
{
    /// <summary>One statement each, the same for every provider.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "CREATE VIEW mqtt_sessions AS SELECT s.client_id, s.user_name, s.expiry_seconds, s.away_at, s.expires_at, "
            + "(SELECT count(*) FROM subscription x WHERE x.session_id = s.id) AS subscriptions, "
            + "(SELECT count(*) FROM delivery d WHERE d.session_id = s.id) AS messages FROM session s;",
        "CREATE VIEW mqtt_subscriptions AS SELECT s.client_id, x.filter, x.options, x.options & 3 AS qos, "
            + "nullif(x.subscription_id, 0) AS subscription_id FROM subscription x JOIN session s ON s.id = x.session_id;",
        $"CREATE VIEW mqtt_queued AS {Deliveries} WHERE NOT d.is_released;",
        $"CREATE VIEW mqtt_inflight AS {Deliveries} WHERE d.is_released;",
        "CREATE VIEW mqtt_retained AS SELECT topic, payload, qos, expires_at, publisher_id FROM retained;",
    ];

    private static string Deliveries =>
        "SELECT s.client_id, d.sequence, (d.sequence - 1) % 65535 + 1 AS packet_id, d.qos, m.topic, m.payload, m.expires_at, "
        + "m.publisher_id FROM delivery d JOIN session s ON s.id = d.session_id JOIN message m ON m.id = d.message_id";
}
