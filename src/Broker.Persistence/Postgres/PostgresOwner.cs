using Npgsql;

namespace Broker.Persistence.Postgres;

/// <summary>
/// Says in the database which connection may commit. Each connection writes a token of its own, and each commit begins with
/// it: what a server still executes for a connection that was given up matches no more and is undone.
/// </summary>
internal sealed class PostgresOwner
{
    // Tokens of one store begin alike: a token whose writing was not answered is still known as its own.
    private readonly string _store = Guid.NewGuid().ToString("N");
    private int _connections;

    /// <summary>Makes a connection the owner.</summary>
    /// <returns>Its token, and the ticket of the last commit: no earlier connection adds to it any more.</returns>
    /// <exception cref="StoreLostException">Another broker has been the owner meanwhile.</exception>
    public (string Token, long Ticket) Take(NpgsqlConnection connection, PostgresLocation location)
    {
        using NpgsqlTransaction transaction = connection.BeginTransaction();
        (string? owner, long ticket) = Read(connection, forUpdate: true);
        if (IsAnothers(owner)) throw Lost(location);
        string token = $"{_store}.{++_connections}";
        using NpgsqlCommand command = PostgresConnections.Command(
            connection, "UPDATE store_state SET owner = $1 WHERE id = 1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = token });
        command.ExecuteNonQuery();
        transaction.Commit();
        return (token, ticket);
    }

    /// <summary>The lock is held by somebody: is it another broker?</summary>
    /// <exception cref="StoreLostException">It is.</exception>
    public void ThrowIfLost(NpgsqlConnection connection, PostgresLocation location)
    {
        if (IsAnothers(Read(connection, forUpdate: false).Owner)) throw Lost(location);
    }

    private static (string? Owner, long Ticket) Read(NpgsqlConnection connection, bool forUpdate)
    {
        using NpgsqlCommand command = PostgresConnections.Command(
            connection, "SELECT owner, ticket FROM store_state WHERE id = 1" + (forUpdate ? " FOR UPDATE" : ""));
        using NpgsqlDataReader row = command.ExecuteReader();
        if (!row.Read()) throw new IOException("The row of store_state is missing; restore the database from a copy.");
        return (row.IsDBNull(0) ? null : row.GetString(0), row.GetInt64(1));
    }

    private static StoreLostException Lost(PostgresLocation location) => new(
        $"{location.Name} was taken over by another broker while this one could not reach it; this one has to end.");

    /// <summary>The first connection takes the store from whoever had it: the lock says that nobody has.</summary>
    private bool IsAnothers(string? owner) =>
        _connections > 0 && owner is not null && !owner.StartsWith(_store + ".", StringComparison.Ordinal);
}
