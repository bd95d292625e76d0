using System.Data.Common;
using System.Globalization;
using Broker.Persistence.Changes;

namespace Broker.Persistence.Loading;

/// <summary>From rows to what was stored.</summary>
internal static class RowReading
{
    /// <summary>Selects what <see cref="Delivery"/> reads; behind it come a condition and an order.</summary>
    public const string Deliveries =
        "SELECT s.client_id, d.sequence, d.qos, d.retain, d.is_released, d.subscription_ids, d.is_shared, d.message_id, "
        + "m.topic, m.payload, m.properties, m.qos, m.retain, m.expires_at, m.publisher_id "
        + "FROM delivery d JOIN session s ON s.id = d.session_id JOIN message m ON m.id = d.message_id";

    private const int MessageId = 7;

    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static long? NumberOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static byte[] Bytes(this DbDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    /// <summary>Topic, payload, properties, QoS, RETAIN, expiry, publisher, from a column on.</summary>
    public static StoredMessage Message(this DbDataReader row, int column) => new(
        row.GetString(column), row.Bytes(column + 1), row.Bytes(column + 2), (byte)row.GetInt64(column + 3),
        row.GetBoolean(column + 4), row.NumberOrNull(column + 5) ?? long.MaxValue, row.TextOrNull(column + 6));

    /// <summary>The message of a row of the retained ones.</summary>
    public static StoredMessage RetainedMessage(this DbDataReader row)
    {
        const int PublisherUser = 7;
        StoredMessage message = row.Message(0);
        return row.IsDBNull(PublisherUser) ? message : message.From(row.GetString(PublisherUser));
    }

    /// <summary>The key of the message that a row of <see cref="Deliveries"/> delivers.</summary>
    public static long DeliveredMessageId(this DbDataReader row) => row.GetInt64(MessageId);

    /// <summary>That message.</summary>
    public static StoredMessage DeliveredMessage(this DbDataReader row) => row.Message(MessageId + 1);

    /// <summary>The delivery of a row of <see cref="Deliveries"/>.</summary>
    public static StoredDelivery Delivery(this DbDataReader row, string clientId, StoredMessage message)
    {
        DeliveryQueued queued = new(
            clientId, row.GetInt64(1), message, (byte)row.GetInt64(2), row.GetBoolean(3), SubscriptionIds(row.TextOrNull(5)))
        {
            IsShared = row.GetBoolean(6),
        };
        return new StoredDelivery(queued, row.GetBoolean(4));
    }

    private static uint[] SubscriptionIds(string? text) =>
        text is null ? [] : Array.ConvertAll(text.Split(','), id => uint.Parse(id, CultureInfo.InvariantCulture));
}
