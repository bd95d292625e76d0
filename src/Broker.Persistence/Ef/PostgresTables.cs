namespace Broker.Persistence.Ef;

/// <summary>What the first schema has on PostgreSQL alone.</summary>
/// <remarks>
/// A client id, a filter or a topic has up to 65,535 bytes, an entry of a B-tree index there at most 2,704: a unique index over
/// one of them would let any client stop the store with a long topic. Hash indexes, or a hash in the key, find them at any
/// length; that each is there once is for the only writer to keep, which removes a row before it puts it.
/// </remarks>
internal static class PostgresTables
{
    /// <summary>The collation of client ids, filters and topics: they are bytes, not words of a language.</summary>
    public const string ByteOrder = "C";

    public static IReadOnlyList<string> All { get; } =
    [
        "CREATE INDEX ix_session_client_id ON session USING hash (client_id);",
        "CREATE INDEX ix_subscription_filter ON subscription (session_id, hashtextextended(filter, 0));",
        "CREATE INDEX ix_retained_topic ON retained USING hash (topic);",
        // One row that every commit changes: room on its page, so that the next version stays there and no index is touched.
        "ALTER TABLE store_state SET (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);",
        "ALTER TABLE session SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);",
        "ALTER TABLE receipt SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000, "
            + "autovacuum_vacuum_cost_limit = 2000);",
        "ALTER TABLE delivery SET (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, "
            + "autovacuum_vacuum_cost_limit = 2000, autovacuum_analyze_scale_factor = 0.05);",
        "ALTER TABLE message SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, "
            + "autovacuum_vacuum_cost_limit = 2000, toast.autovacuum_vacuum_scale_factor = 0.02, "
            + "toast.autovacuum_vacuum_threshold = 5000, toast.autovacuum_vacuum_cost_limit = 2000);",
    ];
}
