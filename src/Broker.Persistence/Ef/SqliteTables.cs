namespace Broker.Persistence.Ef;

/// <summary>What the first schema has on SQLite alone.</summary>
internal static class SqliteTables
{
    /// <summary>
    /// The table that changes most. Without row ids its key is the table itself: one tree to change for a delivery, not two.
    /// </summary>
    public const string Delivery =
        """
        CREATE TABLE "delivery" (
            "session_id" INTEGER NOT NULL,
            "sequence" INTEGER NOT NULL,
            "message_id" INTEGER NOT NULL,
            "qos" INTEGER NOT NULL,
            "retain" INTEGER NOT NULL,
            "is_released" INTEGER NOT NULL,
            "subscription_ids" TEXT NULL,
            CONSTRAINT "pk_delivery" PRIMARY KEY ("session_id", "sequence")
        ) WITHOUT ROWID;
        """;
}
