using System.Net.Sockets;
using Npgsql;

namespace Broker.Persistence.Postgres;

/// <summary>
/// What PostgreSQL or the way to it says, as sentences: who, what, how to mend it. No password is in any of them.
/// </summary>
internal static class PostgresFailure
{
    public static bool IsTimeout(Exception exception) =>
        exception is TimeoutException || exception.InnerException is TimeoutException;

    public static StoreTrouble Trouble(PostgresLocation location, Exception exception) => new(
        exception is PostgresException { SqlState: PostgresErrorCodes.DuplicateTable }
            ? StoreTroubleKind.Foreign
            : StoreTroubleKind.Unreachable,
        Sentence(location, exception));

    public static string Sentence(PostgresLocation location, Exception exception)
    {
        if (exception is PostgresSchemaMissingException)
        {
            return $"{location.Name} does not have the schema that the tables would be in; create it, or name another one with "
                + "?schema=NAME.";
        }
        if (exception is PostgresException refusal) return OfServer(location, refusal);
        if (IsTimeout(exception))
            return $"{location.Name} does not answer in time; is the server there, and does it work?";
        if (FindIn<SocketException>(exception) is { } socket)
        {
            if (socket.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData)
            {
                return $"{location.Name} cannot be reached: the name {location.Host} has no address ({socket.Message}): look at "
                    + "this machine's DNS and /etc/hosts, or correct the host in the location.";
            }
            return $"{location.Name} cannot be reached: {socket.Message}. Start the server, or correct host and port in the "
                + "location.";
        }
        // The innermost one says what happened, the outer ones in which call.
        Exception cause = exception;
        while (cause.InnerException is { } inner) cause = inner;
        return $"{location.Name} cannot be reached: {cause.Message}";
    }

    private static string OfServer(PostgresLocation location, PostgresException refusal) => refusal.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"{location.Name} does not let \"{location.User}\" in: {refusal.MessageText}. Correct user and password in the "
            + "location, or the server's pg_hba.conf.",
        PostgresErrorCodes.InvalidCatalogName =>
            $"The server at {location.Server} has no database \"{location.Database}\"; create it: "
            + $"CREATE DATABASE \"{location.Database}\" ENCODING 'UTF8' TEMPLATE template0;",
        PostgresErrorCodes.InsufficientPrivilege =>
            $"{location.Name}: \"{location.User}\" may not do what is needed: {refusal.MessageText}. Make it the owner of the "
            + "database, or of a schema of its own that ?schema=NAME names.",
        PostgresErrorCodes.ReadOnlySqlTransaction =>
            $"{location.Name} takes no writes: {refusal.MessageText}. Name the primary server, not a standby.",
        PostgresErrorCodes.DuplicateTable =>
            $"{location.Name} has a table or view of another program with the name of one that this release has: "
            + $"{refusal.MessageText}. Rename it, or move the store to a schema of its own with ?schema=NAME.",
        PostgresErrorCodes.DivisionByZero =>
            $"{location.Name} no longer takes commits of this connection: a newer one has the store.",
        PostgresErrorCodes.TooManyConnections =>
            $"{location.Name} has no connection left ({refusal.MessageText}); raise max_connections, the broker needs three.",
        _ => $"{location.Name} says: {refusal.MessageText} ({refusal.SqlState})",
    };

    private static T? FindIn<T>(Exception exception)
        where T : Exception
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
            if (cause is T found) return found;
        return null;
    }
}
