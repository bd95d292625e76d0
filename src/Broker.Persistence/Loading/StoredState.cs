using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Broker.Persistence.Changes;
using Broker.Persistence.Transfer;

namespace Broker.Persistence.Loading;

/// <summary>
/// What is committed at one instant, streamed: one reading at a time. Deliveries that share a message get the same object while
/// anybody holds it. All instants are absolute; whether something has expired meanwhile is for the reader to say.
/// </summary>
public sealed class StoredState : IAsyncDisposable
{
    private const string SessionsSql =
        "SELECT s.client_id, s.user_name, s.expiry_seconds, s.away_at, s.expires_at, s.last_sequence, "
        + "(SELECT count(*) FROM delivery d WHERE d.session_id = s.id), "
        + "(SELECT max(d.sequence) FROM delivery d WHERE d.session_id = s.id), s.sent_sequence, "
        + "(SELECT count(*) FROM delivery d WHERE d.session_id = s.id AND d.sequence <= s.sent_sequence), "
        + "(SELECT coalesce(sum(length(m.payload)), 0) FROM delivery d JOIN message m ON m.id = d.message_id "
        + "WHERE d.session_id = s.id) FROM session s ORDER BY s.id";

    private const string SubscriptionsSql =
        "SELECT s.client_id, x.filter, x.options, x.subscription_id FROM subscription x "
        + "JOIN session s ON s.id = x.session_id ORDER BY x.session_id, x.filter";

    private const string WillsSql =
        "SELECT s.client_id, x.topic, x.payload, x.properties, x.qos, x.retain, x.delay_seconds, x.expiry_seconds "
        + "FROM will x JOIN session s ON s.id = x.session_id ORDER BY x.session_id";

    private const string ReceiptsSql =
        "SELECT s.client_id, x.packet_id FROM receipt x JOIN session s ON s.id = x.session_id ORDER BY x.session_id, x.packet_id";

    private const string RetainedSql =
        "SELECT topic, payload, properties, qos, retain, expires_at, publisher_id, publisher_user FROM retained";

    private const string BansSql = "SELECT kind, who, made_by, reason, made_at, expires_at FROM ban ORDER BY kind, who";

    private const string CountsSql =
        "SELECT (SELECT count(*) FROM session), (SELECT count(*) FROM subscription), (SELECT count(*) FROM will), "
        + "(SELECT count(*) FROM receipt), (SELECT count(*) FROM message), (SELECT count(*) FROM delivery), "
        + "(SELECT count(*) FROM retained), (SELECT count(*) FROM ban)";

    private readonly DbConnection _connection;
    private readonly Dictionary<long, WeakReference<StoredMessage>> _messages = [];
    private string _lastClientId = "";

    internal StoredState(DbConnection connection) => _connection = connection;

    /// <summary>The ticket up to which changes are in it.</summary>
    public async Task<long> ReadTicketAsync(CancellationToken cancellationToken = default)
    {
        DbCommand command = Command("SELECT ticket FROM store_state");
        await using (command.ConfigureAwait(false))
        {
            object? ticket = await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
            return Convert.ToInt64(ticket, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>The sessions.</summary>
    public IAsyncEnumerable<StoredSession> ReadSessionsAsync(CancellationToken cancellationToken = default) => ReadAsync(
        Command(SessionsSql),
        row =>
        {
            long lastSequence = Math.Max(row.GetInt64(5), row.NumberOrNull(7) ?? 0);
            return new StoredSession(
                row.GetString(0), row.TextOrNull(1), (uint)row.GetInt64(2), row.NumberOrNull(3),
                row.NumberOrNull(4) ?? long.MaxValue, lastSequence, row.NumberOrNull(8) ?? lastSequence,
                row.GetInt64(6), row.GetInt64(9), row.GetInt64(10));
        },
        cancellationToken);

    /// <summary>The subscriptions, those of a session together.</summary>
    public IAsyncEnumerable<SubscriptionPut> ReadSubscriptionsAsync(CancellationToken cancellationToken = default) => ReadAsync(
        Command(SubscriptionsSql),
        row => new SubscriptionPut(ClientId(row), row.GetString(1), (byte)row.GetInt64(2), (uint)row.GetInt64(3)),
        cancellationToken);

    /// <summary>The wills of the sessions.</summary>
    public IAsyncEnumerable<WillPut> ReadWillsAsync(CancellationToken cancellationToken = default) => ReadAsync(
        Command(WillsSql),
        row =>
        {
            string clientId = ClientId(row);
            StoredMessage message = new(
                row.GetString(1), row.Bytes(2), row.Bytes(3), (byte)row.GetInt64(4), row.GetBoolean(5), long.MaxValue, clientId);
            return new WillPut(clientId, message, (uint)row.GetInt64(6), (uint?)row.NumberOrNull(7));
        },
        cancellationToken);

    /// <summary>The QoS 2 receipts, those of a session together.</summary>
    public IAsyncEnumerable<ReceiptPut> ReadReceiptsAsync(CancellationToken cancellationToken = default) => ReadAsync(
        Command(ReceiptsSql), row => new ReceiptPut(ClientId(row), (ushort)row.GetInt64(1)), cancellationToken);

    /// <summary>The retained messages, in no order.</summary>
    public IAsyncEnumerable<StoredMessage> ReadRetainedAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(Command(RetainedSql), row => row.RetainedMessage(), cancellationToken);

    /// <summary>The bans, those that are over and not yet removed too.</summary>
    public IAsyncEnumerable<BanPut> ReadBansAsync(CancellationToken cancellationToken = default) => ReadAsync(
        Command(BansSql),
        row => new BanPut(
            row.GetString(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.GetInt64(4),
            row.NumberOrNull(5) ?? long.MaxValue),
        cancellationToken);

    /// <summary>All deliveries: those of a session together, in its order.</summary>
    public IAsyncEnumerable<StoredDelivery> ReadDeliveriesAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(Command(RowReading.Deliveries + " ORDER BY d.session_id, d.sequence"), Delivery, cancellationToken);

    /// <summary>All deliveries: those of a message together, with the same object.</summary>
    public IAsyncEnumerable<StoredDelivery> ReadDeliveriesByMessageAsync(CancellationToken cancellationToken = default)
    {
        (long Id, StoredMessage? Message) last = default;
        return ReadAsync(
            Command(RowReading.Deliveries + " ORDER BY m.id, d.session_id, d.sequence"),
            row =>
            {
                if (last.Message is null || last.Id != row.DeliveredMessageId())
                    last = (row.DeliveredMessageId(), row.DeliveredMessage());
                return row.Delivery(row.GetString(0), last.Message!);
            },
            cancellationToken);
    }

    /// <summary>How much of everything there is.</summary>
    internal async Task<TransferCounts> ReadCountsAsync(CancellationToken cancellationToken)
    {
        DbCommand command = Command(CountsSql);
        await using (command.ConfigureAwait(false))
        {
            DbDataReader row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (row.ConfigureAwait(false))
            {
                await row.ReadAsync(cancellationToken).ConfigureAwait(false);
                return new TransferCounts
                {
                    Sessions = row.GetInt64(0),
                    Subscriptions = row.GetInt64(1),
                    Wills = row.GetInt64(2),
                    Receipts = row.GetInt64(3),
                    Messages = row.GetInt64(4),
                    Deliveries = row.GetInt64(5),
                    Retained = row.GetInt64(6),
                    Bans = row.GetInt64(7),
                };
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static async IAsyncEnumerable<T> ReadAsync<T>(
        DbCommand command, Func<DbDataReader, T> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using (command.ConfigureAwait(false))
        {
            DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) yield return read(reader);
            }
        }
    }

    private DbCommand Command(string sql)
    {
        DbCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // The texts are the constants above.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    private StoredDelivery Delivery(DbDataReader row)
    {
        string clientId = ClientId(row);
        return row.Delivery(clientId, SharedMessage(row));
    }

    private StoredMessage SharedMessage(DbDataReader row)
    {
        long id = row.DeliveredMessageId();
        if (_messages.TryGetValue(id, out WeakReference<StoredMessage>? known) && known.TryGetTarget(out StoredMessage? message))
            return message;
        message = row.DeliveredMessage();
        _messages[id] = new WeakReference<StoredMessage>(message);
        return message;
    }

    /// <summary>Rows of a session come together: one string does for them.</summary>
    private string ClientId(DbDataReader row)
    {
        string clientId = row.GetString(0);
        if (clientId != _lastClientId) _lastClientId = clientId;
        return _lastClientId;
    }
}
