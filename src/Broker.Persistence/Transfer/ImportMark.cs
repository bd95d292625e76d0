using System.Data.Common;
using Broker.Persistence.Inspection;

namespace Broker.Persistence.Transfer;

/// <summary>
/// Says in a store that an import has begun and not ended. As long as it says so no broker opens the store, so that nobody sees a
/// part of an import; the next import begins anew.
/// </summary>
internal static class ImportMark
{
    private static readonly string[] Tables =
        ["session", "subscription", "will", "receipt", "message", "delivery", "retained", "ban"];

    /// <summary>Whether it is there.</summary>
    public static bool IsSet(DbConnection connection) =>
        connection.Number("SELECT count(*) FROM store_state WHERE import_started_at IS NOT NULL") > 0;

    /// <summary>Everything is there: the store is like any other.</summary>
    public static void Clear(DbConnection connection) => connection.Run("UPDATE store_state SET import_started_at = NULL");

    /// <summary>Called when a store is opened, by whoever holds its lock. An import empties what another one left.</summary>
    /// <returns>Why it may not be opened; null: it may.</returns>
    public static StoreTrouble? Prepare(DbConnection connection, bool isImport, string name)
    {
        bool isSet = IsSet(connection);
        if (!isImport)
        {
            return !isSet ? null : new StoreTrouble(
                StoreTroubleKind.HalfImported,
                $"{name} holds half of an import, which was interrupted; run 'broker db import' again, which begins anew.");
        }
        using DbTransaction transaction = connection.BeginTransaction();
        foreach (string table in Tables)
        {
            if (isSet) connection.Run($"DELETE FROM {table}");
            else if (connection.Number($"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT 1) AS first") > 0)
                return new StoreTrouble(
                    StoreTroubleKind.NotEmpty,
                    $"{name} is not empty, and an import goes into an empty store only; name another.");
        }
        connection.Run(
            $"UPDATE store_state SET import_started_at = {TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}");
        transaction.Commit();
        return null;
    }
}
