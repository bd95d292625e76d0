using System.Data.Common;
using Broker.Persistence.Ef;
using Broker.Persistence.Inspection;
using Microsoft.Data.Sqlite;

namespace Broker.Persistence.Sqlite;

/// <summary>Looks at a file.</summary>
internal sealed class SqliteInspection : IInspectedDatabase
{
    private readonly SqliteConnection _connection;

    private SqliteInspection(string path, SqliteConnection connection)
    {
        Name = path;
        _connection = connection;
        Schema = SqliteSchema.Look(connection, out string? last);
        SchemaVersion = last;
        Holder = SqliteFileLock.IsTaken(path) switch { true => "a broker on this machine", false => "", null => null };
    }

    public string Name { get; }

    public string Provider => $"SQLite {_connection.ServerVersion}";

    public DbConnection Snapshot => _connection;

    public SchemaState Schema { get; }

    public string? SchemaVersion { get; }

    public string? Holder { get; }

    public bool RemovesMessagesLate => false;

    public static SqliteInspection? Open(string path, out StoreTrouble? trouble)
    {
        SqliteConnection? connection = null;
        try
        {
            trouble = SqliteOpening.FindTrouble(path);
            if (trouble is not null) return null;
            connection = SqliteConnections.OpenUntouched(path);
            SqliteInspection inspection = new(path, connection);
            connection = null;
            return inspection;
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            trouble = SqliteOpening.TroubleOf(path, exception);
            return null;
        }
        finally
        {
            connection?.Dispose();
        }
    }

    public IReadOnlyList<StoreSize> ReadSizes() => ReadSizes(Name);

    public IReadOnlyList<string> FindDamage()
    {
        List<string> found = [];
        try
        {
            found = SchemaHistory.Read(_connection, "PRAGMA integrity_check(100)");
            if (found is ["ok"]) found.Clear();
        }
        catch (SqliteException exception)
        {
            found.Add(exception.Message);
        }
        return found;
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>What a store's files take, whether it is open or not.</summary>
    public static IReadOnlyList<StoreSize> ReadSizes(string path) =>
        [Size("file", path), Size("write-ahead log", path + "-wal")];

    private static StoreSize Size(string part, string path) => new(part, File.Exists(path) ? new FileInfo(path).Length : 0);
}
