namespace Broker.Persistence.Inspection;

/// <summary>Something that is true of every store.</summary>
/// <param name="Name">What is wrong with a row that breaks it, in a few words.</param>
/// <param name="Sql">Selects those rows, each as texts and numbers that say which it is.</param>
internal sealed record Invariant(string Name, string Sql)
{
    private const string NoSession = "NOT EXISTS (SELECT 1 FROM session s WHERE s.id = x.session_id)";

    private const string LastSequence =
        "CASE WHEN s.last_sequence > coalesce(d.last, 0) THEN s.last_sequence ELSE coalesce(d.last, 0) END";

    /// <summary>
    /// A message that nobody gets; between two commits PostgreSQL may have some. Deliveries have no index by message: EXCEPT
    /// reads them once, NOT EXISTS (SQLite) or NOT IN (PostgreSQL) would read them for each message.
    /// </summary>
    public static readonly Invariant MessageHasDelivery = new(
        "message without a delivery",
        "SELECT id, topic FROM message WHERE id IN (SELECT id FROM message EXCEPT SELECT message_id FROM delivery)");

    /// <summary>What a query can tell, whatever the database.</summary>
    public static readonly Invariant[] All =
    [
        new("delivery without its session", $"SELECT x.session_id, x.sequence FROM delivery x WHERE {NoSession}"),
        new("delivery without its message",
            "SELECT d.session_id, d.sequence, d.message_id FROM delivery d "
            + "WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.id = d.message_id)"),
        new("subscription without its session", $"SELECT x.session_id, x.filter FROM subscription x WHERE {NoSession}"),
        new("will without its session", $"SELECT x.session_id, x.topic FROM will x WHERE {NoSession}"),
        new("receipt without its session", $"SELECT x.session_id, x.packet_id FROM receipt x WHERE {NoSession}"),
        new("client id with more than one session",
            "SELECT client_id, count(*) FROM session GROUP BY client_id HAVING count(*) > 1"),
        new("filter that a session has more than once",
            "SELECT session_id, filter, count(*) FROM subscription GROUP BY session_id, filter HAVING count(*) > 1"),
        new("topic with more than one retained message",
            "SELECT topic, count(*) FROM retained GROUP BY topic HAVING count(*) > 1"),
        new("ban that is there more than once",
            "SELECT kind, who, count(*) FROM ban GROUP BY kind, who HAVING count(*) > 1"),
        new("ban with an instant before 1970",
            "SELECT kind, who, made_at, expires_at FROM ban WHERE made_at < 0 OR expires_at < 0"),
        new("sequence number below 1", "SELECT session_id, sequence FROM delivery WHERE sequence < 1"),
        new("session with a sequence number below 0",
            "SELECT client_id, last_sequence, sent_sequence FROM session WHERE last_sequence < 0 OR sent_sequence < 0"),
        new("session that has sent more than it has had",
            $"SELECT s.client_id, s.sent_sequence, {LastSequence} FROM session s LEFT JOIN (SELECT session_id, "
            + "max(sequence) AS last FROM delivery GROUP BY session_id) d ON d.session_id = s.id "
            + $"WHERE s.sent_sequence > {LastSequence}"),
        new("session with more in flight than there are packet ids",
            "SELECT s.client_id, min(d.sequence), max(d.sequence) FROM delivery d JOIN session s ON s.id = d.session_id "
            + "WHERE d.is_released OR d.sequence <= s.sent_sequence GROUP BY s.client_id "
            + "HAVING max(d.sequence) - min(d.sequence) >= 65535"),
        new("session that is half away",
            "SELECT client_id, away_at, expires_at, sent_sequence FROM session "
            + "WHERE (away_at IS NULL) <> (sent_sequence IS NULL) OR (away_at IS NULL AND expires_at IS NOT NULL)"),
        new("session whose expiry is no 32-bit number",
            "SELECT client_id, expiry_seconds FROM session WHERE expiry_seconds < 0 OR expiry_seconds > 4294967295"),
        new("delivery with a QoS that is not 0 to 2",
            "SELECT session_id, sequence, qos FROM delivery WHERE qos < 0 OR qos > 2"),
        new("released delivery that is not QoS 2",
            "SELECT session_id, sequence, qos FROM delivery WHERE is_released AND qos <> 2"),
        new("message with a QoS that is not 0 to 2", "SELECT id, topic, qos FROM message WHERE qos < 0 OR qos > 2"),
        new("retained message with a QoS that is not 0 to 2", "SELECT topic, qos FROM retained WHERE qos < 0 OR qos > 2"),
        new("retained message without a payload", "SELECT topic FROM retained WHERE length(payload) = 0"),
        new("will with a QoS that is not 0 to 2", "SELECT session_id, topic, qos FROM will WHERE qos < 0 OR qos > 2"),
        new("will with seconds that are no 32-bit number",
            "SELECT session_id, delay_seconds, expiry_seconds FROM will WHERE delay_seconds < 0 OR delay_seconds > 4294967295 "
            + "OR expiry_seconds < 0 OR expiry_seconds > 4294967295"),
        new("subscription with options that there are not",
            "SELECT session_id, filter, options FROM subscription WHERE options < 0 OR options > 46 OR options & 3 = 3 "
            + "OR options & 48 = 48"),
        new("subscription identifier out of its range",
            "SELECT session_id, filter, subscription_id FROM subscription "
            + "WHERE subscription_id < 0 OR subscription_id > 268435455"),
        new("receipt that is no packet id",
            "SELECT session_id, packet_id FROM receipt WHERE packet_id < 1 OR packet_id > 65535"),
        new("instant before 1970",
            "SELECT client_id, away_at, expires_at FROM session WHERE away_at < 0 OR expires_at < 0"),
        new("row of store_state that is not the one", "SELECT id, ticket FROM store_state WHERE id <> 1 OR ticket < 0"),
    ];
}
