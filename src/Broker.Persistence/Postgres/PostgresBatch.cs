using Npgsql;

namespace Broker.Persistence.Postgres;

/// <summary>
/// Statements that go to the server together and are one transaction there: nothing of it is done unless all of it is. The first
/// one says whether the connection may.
/// </summary>
internal sealed class PostgresBatch : IDisposable
{
    /// <summary>A statement's parameters stay far below the 1 GB that a value may have.</summary>
    private const long PayloadBytesMax = 16 << 20;

    private readonly NpgsqlBatch _batch;

    public PostgresBatch(NpgsqlConnection connection, string owner, long ticket, int seconds)
    {
        _batch = new NpgsqlBatch(connection) { Timeout = seconds };
        Add(
            PostgresStatements.Fence,
            new NpgsqlParameter<long> { TypedValue = ticket }, new NpgsqlParameter<string> { TypedValue = owner });
    }

    public void Add(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
#pragma warning disable CA2100 // The texts are the constants of PostgresStatements.
        NpgsqlBatchCommand command = new(sql);
#pragma warning restore CA2100
        foreach (NpgsqlParameter parameter in parameters) command.Parameters.Add(parameter);
        _batch.BatchCommands.Add(command);
    }

    /// <summary>A column of the rows, as an array.</summary>
    public static NpgsqlParameter Column<TRow, TValue>(ReadOnlySpan<TRow> rows, Func<TRow, TValue> value)
    {
        var values = new TValue[rows.Length];
        for (int i = 0; i < values.Length; i++) values[i] = value(rows[i]);
        return new NpgsqlParameter<TValue[]> { TypedValue = values };
    }

    /// <summary>How many of the rows go into one statement: at least one, and no more than a size.</summary>
    public static int Chunk<TRow>(ReadOnlySpan<TRow> rows, Func<TRow, long> payloadBytes)
    {
        long bytes = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            bytes += payloadBytes(rows[i]);
            if (bytes > PayloadBytesMax && i > 0) return i;
        }
        return rows.Length;
    }

    /// <summary>Sends all in one round trip.</summary>
    /// <param name="returned">Takes the numbers that statements behind the first one return.</param>
    /// <returns>Rows inserted, changed and deleted.</returns>
    /// <exception cref="NpgsqlException">It is not known to be committed.</exception>
    public int Run(List<long> returned)
    {
        using NpgsqlDataReader reader = _batch.ExecuteReader();
        reader.Read();
        while (reader.NextResult())
            while (reader.Read()) returned.Add(reader.GetInt64(0));
        return Math.Max(0, reader.RecordsAffected);
    }

    public void Dispose() => _batch.Dispose();
}
