using System.Data.Common;
using Broker.Persistence.GroupCommit;
using Broker.Persistence.Inspection;
using Broker.Persistence.Loading;
using Broker.Persistence.Paging;
using Npgsql;

namespace Broker.Persistence.Postgres;

/// <summary>A store in a PostgreSQL database, in the tables of one schema.</summary>
/// <remarks>
/// Which message rows go with a batch of removed deliveries is known when the batch has answered. A second round trip for them
/// would halve the rate of commits, so they go with the next commit, or with the next ping when none comes; what a crash leaves
/// is swept at the start.
/// </remarks>
internal sealed class PostgresDatabase(PostgresLocation location) : IStateDatabase
{
    /// <summary>Dead messages that go with one commit: a session with a million of them does not make one commit long.</summary>
    private const int DeadPerCommitMax = 10_000;

    private readonly PostgresOwner _owner = new();
    private readonly Queue<long> _dead = new();
    private readonly List<long> _returned = [];
    private NpgsqlConnection? _connection;
    private string _token = "";
    private long _confirmedTicket;
    private (CommitPlan Plan, MessageReferences References)? _unanswered;
    private int _commitSeconds = location.CommandSeconds;

    /// <summary>Connects for the first time.</summary>
    /// <param name="prepare">Brings the tables up to date, with the store locked; what it returns is why that cannot be.</param>
    /// <param name="index">What is stored.</param>
    /// <returns>Why there is no store; null: there is one.</returns>
    public StoreTrouble? Start(Func<NpgsqlConnection, StoreTrouble?> prepare, out StoredIndex? index)
    {
        index = null;
        _connection = PostgresConnections.OpenForWriting(location);
        if (PostgresLock.Take(_connection, location) is { } holder)
        {
            return new StoreTrouble(
                StoreTroubleKind.InUse,
                $"{location.Name} is in use: another broker has it open ({holder}); stop it or name another.");
        }
        if (prepare(_connection) is { } trouble) return trouble;
        (_token, _confirmedTicket) = _owner.Take(_connection, location);
        using NpgsqlTransaction transaction = _connection.BeginTransaction();
        Sweep(_connection);
        index = IndexReading.Read(_connection);
        transaction.Commit();
        return null;
    }

    public long Connect()
    {
        Disconnect();
        try
        {
            _connection = PostgresConnections.OpenForWriting(location);
            if (PostgresLock.Take(_connection, location) is { } holder)
            {
                // It may be an old connection of this very broker that the server has not given up yet.
                _owner.ThrowIfLost(_connection, location);
                throw new IOException($"{location.Name} is still in use by {holder}.");
            }
            (_token, long ticket) = _owner.Take(_connection, location);
            if (ticket < _confirmedTicket)
            {
                throw new StoreLostException(
                    $"{location.Name} has gone back to an earlier state (ticket {ticket}, {_confirmedTicket} was committed): was "
                    + "it restored from a copy, or did a standby without the last commits take over? This broker has to end.");
            }
            if (ticket > _confirmedTicket) Settle(_connection, ticket);
            _confirmedTicket = ticket;
            _unanswered = null;
            return ticket;
        }
        catch (Exception exception) when (exception is DbException or TimeoutException)
        {
            Disconnect();
            throw new IOException(PostgresFailure.Sentence(location, exception), exception);
        }
        catch
        {
            Disconnect();
            throw;
        }
    }

    public int Commit(CommitPlan plan, MessageReferences references)
    {
        // Counted without removals first: if the answer is lost, no row that is referred to may seem to be dead.
        references.Unreferenced(plan, []);
        _unanswered = (plan, references);
        int rows = Run(plan.Ticket, plan);
        _unanswered = null;
        if (_returned.Count > 0)
        {
            foreach (long id in references.Unreferenced(plan, _returned)) _dead.Enqueue(id);
        }
        return rows;
    }

    public void Ping()
    {
        if (_dead.Count > 0) Run(_confirmedTicket, null);
        else Try(connection => PostgresConnections.Execute(connection, "SELECT 1"));
    }

    public IDeliveryReader OpenReader() => new DeliveryReader(PostgresConnections.OpenForReading(location));

    public IReadOnlyList<StoreSize> ReadSizes()
    {
        using NpgsqlConnection connection = PostgresConnections.OpenForReading(location);
        return PostgresInspection.ReadSizes(connection);
    }

    public DbConnection OpenBeside() => PostgresConnections.OpenForWriting(location);

    public async ValueTask<DbConnection> OpenSnapshotAsync(CancellationToken cancellationToken) =>
        await PostgresConnections.OpenSnapshotAsync(location, cancellationToken).ConfigureAwait(false);

    public void Dispose() => Disconnect();

    /// <summary>A commit that was not answered has been made: which messages died with it only the database knows.</summary>
    private void Settle(NpgsqlConnection connection, long ticket)
    {
        if (_unanswered is not { } unanswered || ticket < unanswered.Plan.Ticket) return;
        if (unanswered.Plan.RemovedDeliveries.Count + unanswered.Plan.RemovedSessions.Count == 0) return;
        using NpgsqlTransaction transaction = connection.BeginTransaction();
        Sweep(connection);
        unanswered.References.Recounted(unanswered.Plan, IndexReading.ReadShared(connection));
        transaction.Commit();
    }

    private static void Sweep(NpgsqlConnection connection)
    {
        PostgresConnections.Execute(connection, PostgresConnections.WholeTables);
        PostgresConnections.Execute(connection, IndexReading.Sweep, PostgresConnections.LongSeconds);
    }

    private int Run(long ticket, CommitPlan? plan)
    {
        int rows = 0;
        int deadCount = Math.Min(_dead.Count, DeadPerCommitMax);
        Try(connection =>
        {
            using PostgresBatch batch = new(connection, _token, ticket, _commitSeconds);
            if (deadCount > 0) batch.Add(PostgresStatements.RemoveMessages, FirstDead(deadCount));
            if (plan is not null) PostgresCommit.Add(plan, batch);
            _returned.Clear();
            rows = batch.Run(_returned);
        }, isCommit: plan is not null);
        for (int i = 0; i < deadCount; i++) _dead.Dequeue();
        _confirmedTicket = ticket;
        _commitSeconds = location.CommandSeconds;
        return rows;
    }

    private NpgsqlParameter<long[]> FirstDead(int count)
    {
        var ids = new long[count];
        using Queue<long>.Enumerator dead = _dead.GetEnumerator();
        for (int i = 0; i < count && dead.MoveNext(); i++) ids[i] = dead.Current;
        return new NpgsqlParameter<long[]> { TypedValue = ids };
    }

    /// <summary>What fails is undone by the server; the connection is of no use afterwards.</summary>
    private void Try(Action<NpgsqlConnection> action, bool isCommit = false)
    {
        if (_connection is null) throw new InvalidOperationException("Connect comes before Commit.");
        try
        {
            action(_connection);
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or IOException)
        {
            Disconnect();
            // A commit that is too long for its limit, say of a session with a huge queue, gets more time at the next attempt.
            if (isCommit && PostgresFailure.IsTimeout(exception))
                _commitSeconds = Math.Min(_commitSeconds * 2, PostgresConnections.LongSeconds);
            throw new IOException(PostgresFailure.Sentence(location, exception), exception);
        }
        catch
        {
            Disconnect();
            throw;
        }
    }

    private void Disconnect()
    {
        NpgsqlConnection? connection = _connection;
        _connection = null;
        connection?.Dispose();
    }
}
