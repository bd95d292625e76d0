using SQLitePCL;

namespace Broker.Persistence.Sqlite;

/// <summary>The statements of the commit path, prepared once a connection.</summary>
internal sealed class SqliteStatements(sqlite3 database) : IDisposable
{
    private readonly List<SqliteStatement> _all = [];

    public SqliteStatement Begin => field ??= Prepare("BEGIN IMMEDIATE");

    public SqliteStatement End => field ??= Prepare("COMMIT");

    public SqliteStatement Ticket => field ??= Prepare("UPDATE store_state SET ticket = ?1 WHERE id = 1");

    public SqliteStatement ReadTicket => field ??= Prepare("SELECT ticket FROM store_state WHERE id = 1");

    public SqliteStatement PutSession => field ??= Prepare(
        "INSERT INTO session (id, client_id, user_name, expiry_seconds, away_at, expires_at, last_sequence, sent_sequence) "
        + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE SET user_name = excluded.user_name, "
        + "expiry_seconds = excluded.expiry_seconds, away_at = excluded.away_at, expires_at = excluded.expires_at, "
        + "last_sequence = excluded.last_sequence, sent_sequence = excluded.sent_sequence");

    public SqliteStatement RenameSession => field ??= Prepare("UPDATE session SET client_id = ?2 WHERE id = ?1");

    public SqliteStatement RemoveSession => field ??= Prepare("DELETE FROM session WHERE id = ?1");

    public SqliteStatement RemoveSessionSubscriptions => field ??= Prepare("DELETE FROM subscription WHERE session_id = ?1");

    public SqliteStatement RemoveSessionReceipts => field ??= Prepare("DELETE FROM receipt WHERE session_id = ?1");

    public SqliteStatement RemoveSessionDeliveries => field ??= Prepare(
        "DELETE FROM delivery WHERE session_id = ?1 RETURNING message_id");

    public SqliteStatement PutWill => field ??= Prepare(
        "INSERT OR REPLACE INTO will (session_id, topic, payload, properties, qos, retain, delay_seconds, expiry_seconds) "
        + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

    public SqliteStatement RemoveWill => field ??= Prepare("DELETE FROM will WHERE session_id = ?1");

    public SqliteStatement PutSubscription => field ??= Prepare(
        "INSERT OR REPLACE INTO subscription (session_id, filter, options, subscription_id) VALUES (?1, ?2, ?3, ?4)");

    public SqliteStatement RemoveSubscription => field ??= Prepare(
        "DELETE FROM subscription WHERE session_id = ?1 AND filter = ?2");

    public SqliteStatement PutReceipt => field ??= Prepare(
        "INSERT OR REPLACE INTO receipt (session_id, packet_id) VALUES (?1, ?2)");

    public SqliteStatement RemoveReceipt => field ??= Prepare("DELETE FROM receipt WHERE session_id = ?1 AND packet_id = ?2");

    public SqliteStatement PutRetained => field ??= Prepare(
        "INSERT OR REPLACE INTO retained "
        + "(topic, payload, properties, qos, retain, expires_at, publisher_id, publisher_user) "
        + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

    public SqliteStatement RemoveRetained => field ??= Prepare("DELETE FROM retained WHERE topic = ?1");

    public SqliteStatement PutBan => field ??= Prepare(
        "INSERT OR REPLACE INTO ban (kind, who, made_by, reason, made_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

    public SqliteStatement RemoveBan => field ??= Prepare("DELETE FROM ban WHERE kind = ?1 AND who = ?2");

    public SqliteStatement PutMessage => field ??= Prepare(
        "INSERT INTO message (id, topic, payload, properties, qos, retain, expires_at, publisher_id) "
        + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

    public SqliteStatement RemoveMessage => field ??= Prepare("DELETE FROM message WHERE id = ?1");

    public SqliteStatement PutDelivery => field ??= Prepare(
        "INSERT INTO delivery (session_id, sequence, message_id, qos, retain, is_released, subscription_ids, is_shared) "
        + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

    public SqliteStatement ReleaseDelivery => field ??= Prepare(
        "UPDATE delivery SET is_released = 1 WHERE session_id = ?1 AND sequence = ?2");

    public SqliteStatement RemoveDelivery => field ??= Prepare(
        "DELETE FROM delivery WHERE session_id = ?1 AND sequence = ?2 RETURNING message_id");

    public void Dispose()
    {
        foreach (SqliteStatement statement in _all) statement.Dispose();
    }

    private SqliteStatement Prepare(string sql)
    {
        SqliteStatement statement = new(database, sql);
        _all.Add(statement);
        return statement;
    }
}
