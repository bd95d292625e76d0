namespace Broker.Persistence.Ef;

/// <summary>
/// The views that operators query: their columns stay as they are while the tables may change; docs/sql.md has a row for each.
/// Instants are milliseconds since 1970 UTC, null where there is none; beside each stands how far it is from now in seconds, so
/// that a query needs no function that one database has and the other has not. What was sent to a client that is connected only
/// memory knows: its deliveries count as queued until PUBREC.
/// </summary>
internal static class StateViews
{
    private static readonly Dialect Sqlite = new(
        "CAST(strftime('%s', 'now') AS INTEGER)",
        "CAST({0} AS TEXT)",
        "substr(x.filter, 8, instr(substr(x.filter, 8), '/') - 1)");

    private static readonly Dialect Postgres = new(
        "CAST(floor(extract(epoch FROM now())) AS bigint)",
        "encode({0}, 'escape')",
        "split_part(x.filter, '/', 2)");

    /// <summary>One statement each.</summary>
    public static IReadOnlyList<string> For(bool isPostgres)
    {
        Dialect sql = isPostgres ? Postgres : Sqlite;
        return
        [
            Sessions(sql),
            Subscriptions(sql),
            $"CREATE VIEW mqtt_queued AS {Deliveries(sql, "")} WHERE NOT {WasSent};",
            $"CREATE VIEW mqtt_inflight AS {Deliveries(sql, "d.is_released, ")} WHERE {WasSent};",
            $"CREATE VIEW mqtt_retained AS SELECT m.topic, m.qos, {Expiry(sql, "m.expires_at")}, m.publisher_id, "
                + $"{Payload(sql)} FROM retained m;",
        ];
    }

    /// <summary>The view of bans, which came later.</summary>
    public static string Bans(bool isPostgres) =>
        "CREATE VIEW mqtt_bans AS SELECT b.kind, b.who, b.made_by, b.reason, b.made_at, "
        + $"{Expiry(isPostgres ? Postgres : Sqlite, "b.expires_at")} FROM ban b;";

    private const string WasSent = "(d.is_released OR (s.sent_sequence IS NOT NULL AND d.sequence <= s.sent_sequence))";

    private const string OwnDeliveries = "FROM delivery d WHERE d.session_id = s.id";

    private static string Sessions(Dialect sql) =>
        "CREATE VIEW mqtt_sessions AS SELECT s.client_id, s.user_name, s.away_at IS NULL AS is_connected, s.away_at, "
        + $"{sql.Now} - s.away_at / 1000 AS away_seconds, {Expiry(sql, "s.expires_at")}, s.expiry_seconds, "
        + "(SELECT w.topic FROM will w WHERE w.session_id = s.id) AS will_topic, "
        + "(SELECT count(*) FROM subscription x WHERE x.session_id = s.id) AS subscriptions, "
        + $"(SELECT count(*) {OwnDeliveries} AND NOT {WasSent}) AS queued, "
        + $"(SELECT count(*) {OwnDeliveries} AND {WasSent}) AS inflight, "
        + "(SELECT coalesce(sum(length(m.payload)), 0) FROM delivery d JOIN message m ON m.id = d.message_id "
        + "WHERE d.session_id = s.id) AS payload_bytes FROM session s;";

    private static string Subscriptions(Dialect sql) =>
        "CREATE VIEW mqtt_subscriptions AS SELECT s.client_id, x.filter, "
        + $"CASE WHEN substr(x.filter, 1, 7) = '$share/' THEN {sql.ShareName} END AS share_name, "
        + "x.options & 3 AS qos, (x.options & 4) <> 0 AS no_local, (x.options & 8) <> 0 AS retain_as_published, "
        + "(x.options >> 4) & 3 AS retain_handling, nullif(x.subscription_id, 0) AS subscription_id "
        + "FROM subscription x JOIN session s ON s.id = x.session_id;";

    private static string Deliveries(Dialect sql, string more) =>
        $"SELECT s.client_id, d.sequence, (d.sequence - 1) % 65535 + 1 AS packet_id, {more}d.qos, d.retain, m.topic, "
        + $"{Expiry(sql, "m.expires_at")}, m.publisher_id, {Payload(sql)} "
        + "FROM delivery d JOIN session s ON s.id = d.session_id JOIN message m ON m.id = d.message_id";

    private static string Expiry(Dialect sql, string column) =>
        $"{column} AS expires_at, {column} / 1000 - {sql.Now} AS expires_in_seconds";

    private static string Payload(Dialect sql) =>
        $"length(m.payload) AS payload_bytes, m.payload, {sql.TextOf("m.payload")} AS payload_text";

    /// <summary>What the databases say in different words.</summary>
    /// <param name="Now">Seconds since 1970 UTC, a whole number.</param>
    /// <param name="Text">Bytes as text to be read, whatever they are.</param>
    /// <param name="ShareName">NAME of a filter <c>$share/NAME/FILTER</c>.</param>
    private sealed record Dialect(string Now, string Text, string ShareName)
    {
        public string TextOf(string column) => Text.Replace("{0}", column, StringComparison.Ordinal);
    }
}
