namespace Broker.Persistence.Postgres;

/// <summary>
/// The statements of the commit path. Each takes a column of values a parameter, so that it is one however many rows.
/// </summary>
/// <remarks>
/// A plan is made once a connection, perhaps when a table is empty, as queues often are: a join is then planned as a reading of
/// the whole table, and stays one when the table has a million rows. So rows are looked up one by one behind an OFFSET 0, which
/// the planner may not dissolve, and found again by their place.
/// </remarks>
internal static class PostgresStatements
{
    /// <summary>
    /// Moves the ticket if this connection is still the owner; if not, the division fails, and with it the whole batch: the
    /// server decides, whatever the client believes.
    /// </summary>
    public const string Fence =
        "WITH moved AS (UPDATE store_state SET ticket = $1 WHERE id = 1 AND owner = $2 RETURNING 1) "
        + "SELECT 1 / count(*) FROM moved";

    public const string RemoveMessages = "DELETE FROM message WHERE id = ANY ($1)";

    public const string RemoveSessionDeliveries = "DELETE FROM delivery WHERE session_id = ANY ($1) RETURNING message_id";

    public const string RemoveSessionSubscriptions = "DELETE FROM subscription WHERE session_id = ANY ($1)";

    public const string RemoveSessionReceipts = "DELETE FROM receipt WHERE session_id = ANY ($1)";

    public const string RemoveWills = "DELETE FROM will WHERE session_id = ANY ($1)";

    public const string RemoveSessions = "DELETE FROM session WHERE id = ANY ($1)";

    public const string RemoveDeliveries =
        $"DELETE FROM delivery WHERE ctid = ANY (ARRAY ({Deliveries})) RETURNING message_id";

    public const string ReleaseDeliveries =
        $"UPDATE delivery SET is_released = true WHERE ctid = ANY (ARRAY ({Deliveries}))";

    public const string RenameSessions =
        "UPDATE session SET client_id = k.client_id FROM unnest($1, $2) AS k (id, client_id) WHERE session.id = k.id";

    public const string PutSessions =
        "INSERT INTO session (id, client_id, user_name, expiry_seconds, away_at, expires_at, last_sequence, sent_sequence) "
        + "SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET user_name = excluded.user_name, "
        + "expiry_seconds = excluded.expiry_seconds, away_at = excluded.away_at, expires_at = excluded.expires_at, "
        + "last_sequence = excluded.last_sequence, sent_sequence = excluded.sent_sequence";

    public const string PutWills =
        "INSERT INTO will (session_id, topic, payload, properties, qos, retain, delay_seconds, expiry_seconds) "
        + "SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (session_id) DO UPDATE SET topic = excluded.topic, "
        + "payload = excluded.payload, properties = excluded.properties, qos = excluded.qos, retain = excluded.retain, "
        + "delay_seconds = excluded.delay_seconds, expiry_seconds = excluded.expiry_seconds";

    public const string RemoveSubscriptions =
        "DELETE FROM subscription WHERE ctid = ANY (ARRAY (SELECT found.ctid FROM unnest($1, $2) AS k (session_id, filter), "
        + "LATERAL (SELECT x.ctid FROM subscription x WHERE x.session_id = k.session_id "
        + "AND hashtextextended(x.filter, 0) = hashtextextended(k.filter, 0) AND x.filter = k.filter OFFSET 0) found))";

    public const string PutSubscriptions =
        "INSERT INTO subscription (session_id, filter, options, subscription_id) SELECT * FROM unnest($1, $2, $3, $4)";

    public const string RemoveReceipts =
        "DELETE FROM receipt WHERE ctid = ANY (ARRAY (SELECT found.ctid FROM unnest($1, $2) AS k (session_id, packet_id), "
        + "LATERAL (SELECT x.ctid FROM receipt x WHERE x.session_id = k.session_id AND x.packet_id = k.packet_id "
        + "OFFSET 0) found))";

    public const string PutReceipts =
        "INSERT INTO receipt (session_id, packet_id) SELECT * FROM unnest($1, $2) ON CONFLICT DO NOTHING";

    public const string RemoveRetained =
        "DELETE FROM retained WHERE ctid = ANY (ARRAY (SELECT found.ctid FROM unnest($1) AS k (topic), "
        + "LATERAL (SELECT x.ctid FROM retained x WHERE x.topic = k.topic OFFSET 0) found))";

    public const string PutRetained =
        "INSERT INTO retained (topic, payload, properties, qos, retain, expires_at, publisher_id, publisher_user) "
        + "SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)";

    public const string RemoveBans =
        "DELETE FROM ban WHERE ctid = ANY (ARRAY (SELECT found.ctid FROM unnest($1, $2) AS k (kind, who), "
        + "LATERAL (SELECT x.ctid FROM ban x WHERE x.who = k.who AND x.kind = k.kind OFFSET 0) found))";

    public const string PutBans =
        "INSERT INTO ban (kind, who, made_by, reason, made_at, expires_at) SELECT * FROM unnest($1, $2, $3, $4, $5, $6)";

    public const string PutMessages =
        "INSERT INTO message (id, topic, payload, properties, qos, retain, expires_at, publisher_id) "
        + "SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)";

    public const string PutDeliveries =
        "INSERT INTO delivery (session_id, sequence, message_id, qos, retain, is_released, subscription_ids, is_shared) "
        + "SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)";

    /// <summary>Where the rows of deliveries are.</summary>
    private const string Deliveries =
        "SELECT found.ctid FROM unnest($1, $2) AS k (session_id, sequence), LATERAL (SELECT x.ctid FROM delivery x "
        + "WHERE x.session_id = k.session_id AND x.sequence = k.sequence OFFSET 0) found";
}
