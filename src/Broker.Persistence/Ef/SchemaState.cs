using System.Data.Common;

namespace Broker.Persistence.Ef;

/// <summary>What a database has of our tables.</summary>
internal enum SchemaState
{
    /// <summary>All of them.</summary>
    Current,
    /// <summary>None or older ones.</summary>
    Older,
    /// <summary>Ones that this release does not know.</summary>
    Newer,
    /// <summary>Tables of another program.</summary>
    Foreign,
}

/// <summary>Reads from the history table which migrations a database has.</summary>
internal static class SchemaHistory
{
    /// <param name="connection">An open connection.</param>
    /// <param name="tables">The names of the tables that could be ours or in our way.</param>
    /// <param name="last">The last migration that was applied; null: none.</param>
    public static SchemaState Look(DbConnection connection, List<string> tables, out string? last)
    {
        last = null;
        if (tables.Count == 0) return SchemaState.Older;
        if (!tables.Contains(SchemaVersions.HistoryTable) || !tables.Contains("store_state")) return SchemaState.Foreign;
        List<string> applied = Read(connection, $"SELECT \"MigrationId\" FROM \"{SchemaVersions.HistoryTable}\" ORDER BY 1");
        if (applied.Exists(id => !SchemaVersions.All.Contains(id))) return SchemaState.Newer;
        last = applied.Count == 0 ? null : applied[^1];
        return applied.Count == SchemaVersions.All.Count ? SchemaState.Current : SchemaState.Older;
    }

    /// <summary>The first column of what a statement answers.</summary>
    public static List<string> Read(DbConnection connection, string sql)
    {
        using DbCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants.
        command.CommandText = sql;
#pragma warning restore CA2100
        using DbDataReader reader = command.ExecuteReader();
        List<string> values = [];
        while (reader.Read()) values.Add(reader.GetString(0));
        return values;
    }
}
