using Broker.Persistence.Changes;
using Broker.Persistence.Inspection;
using Broker.Persistence.Loading;

namespace Broker.Persistence.Transfer;

/// <summary>Writes everything that a store holds at one instant as JSON lines; docs/store.md has the form of each.</summary>
public static class StoreExport
{
    /// <summary>What the first line says it is.</summary>
    internal const string Format = "broker-state";

    /// <summary>The form of the lines; a change that an older release would misread makes it another number.</summary>
    internal const int Version = 1;

    /// <summary>Writes it.</summary>
    /// <exception cref="System.Data.Common.DbException">The database went away.</exception>
    /// <exception cref="IOException">The output takes no more.</exception>
    public static async Task<TransferCounts> WriteAsync(
        StoreInspection store, Stream output, TimeProvider time, CancellationToken cancellationToken = default)
    {
        TransferCounts counts = new();
        StoredState state = store.ReadState();
        using FactWriter writer = new(output);
        await writer.Begin("header").Text("format", Format).Number("version", Version).Text("schema", store.SchemaVersion)
            .Number("ticket", await state.ReadTicketAsync(cancellationToken).ConfigureAwait(false))
            .Number("exported_at", time.GetUtcNow().ToUnixTimeMilliseconds()).EndAsync(cancellationToken).ConfigureAwait(false);
        await WriteSessionsAsync(state, writer, counts, cancellationToken).ConfigureAwait(false);
        await WriteMessagesAsync(state, writer, counts, cancellationToken).ConfigureAwait(false);
        await foreach (StoredMessage message in state.ReadRetainedAsync(cancellationToken).ConfigureAwait(false))
        {
            await writer.Begin("retained").Message(message).Text("publisher_user", message.PublisherUser)
                .EndAsync(cancellationToken).ConfigureAwait(false);
            counts.Retained++;
        }
        await WriteBansAsync(state, writer, counts, cancellationToken).ConfigureAwait(false);
        await writer.Begin("end").Number("sessions", counts.Sessions).Number("subscriptions", counts.Subscriptions)
            .Number("wills", counts.Wills).Number("receipts", counts.Receipts).Number("messages", counts.Messages)
            .Number("deliveries", counts.Deliveries).Number("retained", counts.Retained)
            // A release that knows no bans can read what has none.
            .Number("bans", counts.Bans == 0 ? null : counts.Bans)
            .EndAsync(cancellationToken).ConfigureAwait(false);
        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        return counts;
    }

    private static async Task WriteSessionsAsync(
        StoredState state, FactWriter writer, TransferCounts counts, CancellationToken cancellationToken)
    {
        await foreach (StoredSession session in state.ReadSessionsAsync(cancellationToken).ConfigureAwait(false))
        {
            bool isAway = session.AwayAt is not null;
            await writer.Begin("session").Text("client_id", session.ClientId).Text("user_name", session.UserName)
                .Number("expiry_seconds", session.ExpiryIntervalSeconds).Number("last_sequence", session.LastSequence)
                .Number("away_at", session.AwayAt)
                .Number("expires_at", session.ExpiresAt == long.MaxValue ? null : session.ExpiresAt)
                .Number("sent_sequence", isAway ? session.SentSequence : null)
                .EndAsync(cancellationToken).ConfigureAwait(false);
            counts.Sessions++;
        }
        await foreach (SubscriptionPut put in state.ReadSubscriptionsAsync(cancellationToken).ConfigureAwait(false))
        {
            await writer.Begin("subscription").Text("client_id", put.ClientId).Text("filter", put.Filter)
                .Number("options", put.Options).Number("subscription_id", put.SubscriptionId == 0 ? null : put.SubscriptionId)
                .EndAsync(cancellationToken).ConfigureAwait(false);
            counts.Subscriptions++;
        }
        await foreach (WillPut will in state.ReadWillsAsync(cancellationToken).ConfigureAwait(false))
        {
            StoredMessage m = will.Message;
            await writer.Begin("will").Text("client_id", will.ClientId)
                .Message(new StoredMessage(m.Topic, m.Payload, m.Properties, m.Qos, m.Retain, long.MaxValue))
                .Number("delay_seconds", will.DelaySeconds).Number("expiry_seconds", will.ExpirySeconds)
                .EndAsync(cancellationToken).ConfigureAwait(false);
            counts.Wills++;
        }
        await foreach (ReceiptPut receipt in state.ReadReceiptsAsync(cancellationToken).ConfigureAwait(false))
        {
            await writer.Begin("receipt").Text("client_id", receipt.ClientId).Number("packet_id", receipt.PacketId)
                .EndAsync(cancellationToken).ConfigureAwait(false);
            counts.Receipts++;
        }
    }

    private static async Task WriteMessagesAsync(
        StoredState state, FactWriter writer, TransferCounts counts, CancellationToken cancellationToken)
    {
        StoredMessage? last = null;
        await foreach (StoredDelivery delivery in state.ReadDeliveriesByMessageAsync(cancellationToken).ConfigureAwait(false))
        {
            DeliveryQueued queued = delivery.Queued;
            if (queued.Message != last)
            {
                last = queued.Message;
                counts.Messages++;
                await writer.Begin("message").Number("id", counts.Messages).Message(last)
                    .EndAsync(cancellationToken).ConfigureAwait(false);
            }
            await writer.Begin("delivery").Number("message", counts.Messages).Text("client_id", queued.ClientId)
                .Number("sequence", queued.Sequence).Number("qos", queued.Qos).Flag("retain", queued.Retain)
                .Flag("is_released", delivery.IsReleased).Flag("is_shared", queued.IsShared)
                .Numbers("subscription_ids", queued.SubscriptionIds)
                .EndAsync(cancellationToken).ConfigureAwait(false);
            counts.Deliveries++;
        }
    }

    private static async Task WriteBansAsync(
        StoredState state, FactWriter writer, TransferCounts counts, CancellationToken cancellationToken)
    {
        await foreach (BanPut ban in state.ReadBansAsync(cancellationToken).ConfigureAwait(false))
        {
            await writer.Begin("ban").Text("kind", ban.Kind).Text("who", ban.Who).Text("made_by", ban.By)
                .Text("reason", ban.Reason).Number("made_at", ban.At)
                .Number("expires_at", ban.Until == long.MaxValue ? null : ban.Until)
                .EndAsync(cancellationToken).ConfigureAwait(false);
            counts.Bans++;
        }
    }
}
