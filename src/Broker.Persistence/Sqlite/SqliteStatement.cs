using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Broker.Persistence.Sqlite;

/// <summary>
/// A prepared statement, bound and run without boxing a value or copying a payload, which the provider's commands would do once a
/// row.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private int _bound;

    public SqliteStatement(sqlite3 database, string sql)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v2(database, sql, out _statement));
    }

    public SqliteStatement Bind(long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, ++_bound, value));
        return this;
    }

    public SqliteStatement Bind(long? value)
    {
        if (value is { } number) return Bind(number);
        Check(raw.sqlite3_bind_null(_statement, ++_bound));
        return this;
    }

    public SqliteStatement Bind(bool value) => Bind(value ? 1L : 0L);

    public SqliteStatement Bind(string? value)
    {
        ++_bound;
        Check(value is null ? raw.sqlite3_bind_null(_statement, _bound) : raw.sqlite3_bind_text(_statement, _bound, value));
        return this;
    }

    public SqliteStatement Bind(ReadOnlyMemory<byte> value)
    {
        ++_bound;
        // An empty span is bound as null by the library; an empty blob is not null.
        Check(value.IsEmpty
            ? raw.sqlite3_bind_zeroblob(_statement, _bound, 0)
            : raw.sqlite3_bind_blob(_statement, _bound, value.Span));
        return this;
    }

    /// <summary>Runs it to its end and makes it ready for the next row.</summary>
    /// <param name="results">Takes the first column of each row that it returns.</param>
    /// <exception cref="SqliteException">It failed.</exception>
    public void Run(List<long>? results = null)
    {
        int code;
        while ((code = raw.sqlite3_step(_statement)) == raw.SQLITE_ROW) results?.Add(raw.sqlite3_column_int64(_statement, 0));
        _bound = 0;
        // The message is the connection's last one: it is read before the statement is reset.
        if (code != raw.SQLITE_DONE)
        {
            string message = raw.sqlite3_errmsg(_database).utf8_to_string();
            int extended = raw.sqlite3_extended_errcode(_database);
            _ = raw.sqlite3_reset(_statement);
            throw new SqliteException(message, code & 0xFF, extended);
        }
        Check(raw.sqlite3_reset(_statement));
    }

    public void Dispose() => _statement.Dispose();

    private void Check(int code) => SqliteException.ThrowExceptionForRC(code, _database);
}
