using Broker.Persistence.Changes;

namespace Broker.Persistence.Transfer;

/// <summary>From lines to changes, in the order of the lines; every line is checked before it counts.</summary>
internal sealed class FactImport(ImportTarget target, TopicRules rules)
{
    private const long SequenceMax = long.MaxValue / 2;
    private const int SubscriptionIdMax = 268_435_455;

    private readonly Dictionary<string, ImportedSession> _sessions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _retained = new(StringComparer.Ordinal);
    private readonly HashSet<(string Kind, string Who)> _bans = [];
    private readonly List<StateChange> _deliveries = [];
    private readonly TransferCounts _counts = new();
    private (long Id, StoredMessage Message, long Line)? _message;
    private bool _hasEnded;

    public async Task<TransferCounts> RunAsync(Stream input, CancellationToken cancellationToken)
    {
        bool hasHeader = false;
        await foreach (FactReader line in FactLines.ReadAsync(input, cancellationToken).ConfigureAwait(false))
        {
            if (_hasEnded) throw line.Bad("the export has ended above it.");
            if (hasHeader) Take(line);
            else TakeHeader(line);
            hasHeader = true;
            line.End();
            await target.PaceAsync(cancellationToken).ConfigureAwait(false);
        }
        if (!_hasEnded)
            throw new TransferException("The file has no line of type \"end\": it is not whole. Export again.");
        return _counts;
    }

    private static void TakeHeader(FactReader line)
    {
        if (line.Type != "header" || line.TextOrNull("format") != StoreExport.Format)
            throw line.Bad("this is no export of a store; 'broker db export' makes one.");
        if (line.Number("version", 1, long.MaxValue) != StoreExport.Version)
            throw line.Bad("the export is of a newer release; use that one to import it.");
        _ = (line.TextOrNull("schema"), line.NumberOrNull("ticket", 0, long.MaxValue),
            line.NumberOrNull("exported_at", 0, long.MaxValue));
    }

    private void Take(FactReader line)
    {
        if (line.Type != "delivery") FlushDeliveries();
        switch (line.Type)
        {
            case "session": TakeSession(line); break;
            case "subscription": TakeSubscription(line); break;
            case "will": TakeWill(line); break;
            case "receipt": TakeReceipt(line); break;
            case "message": _message = (line.Number("id", 0, long.MaxValue), line.Message(rules), line.Line); break;
            case "delivery": TakeDelivery(line); break;
            case "retained": TakeRetained(line); break;
            case "ban": TakeBan(line); break;
            case "end": TakeEnd(line); break;
            default: throw line.Bad($"there is no type \"{line.Type}\".");
        }
    }

    private void TakeSession(FactReader line)
    {
        string clientId = line.Text("client_id");
        ImportedSession session = new(line.Number("last_sequence", 0, SequenceMax));
        if (!_sessions.TryAdd(clientId, session)) throw line.Bad($"session \"{clientId}\" is there twice.");
        SessionAway? away = null;
        if (line.NumberOrNull("away_at", 0, long.MaxValue) is { } awayAt)
        {
            away = new SessionAway(
                clientId, awayAt, line.NumberOrNull("expires_at", 0, long.MaxValue) ?? long.MaxValue,
                line.Number("sent_sequence", 0, SequenceMax));
        }
        target.Append(new SessionRestored(
            clientId, line.TextOrNull("user_name"), (uint)line.Number("expiry_seconds", 0, uint.MaxValue), session.LastSequence,
            away));
        _counts.Sessions++;
    }

    private void TakeSubscription(FactReader line)
    {
        ImportedSession session = Session(line, out string clientId);
        string filter = line.Text("filter");
        if (!rules.IsTopicFilter(filter)) throw line.Bad($"\"{filter}\" is no topic filter.");
        if (!session.Filters.Add(filter)) throw line.Bad($"\"{clientId}\" has a subscription to \"{filter}\" already.");
        var options = (byte)line.Number("options", 0, 0x2E);
        // Two bits each for QoS and retain handling, of which 3 is none.
        if ((options & 3) == 3 || (options & 0x30) == 0x30)
            throw line.Bad($"{options} is no options byte of a subscription.");
        target.Append(new SubscriptionPut(
            clientId, filter, options, (uint)(line.NumberOrNull("subscription_id", 1, SubscriptionIdMax) ?? 0)));
        _counts.Subscriptions++;
    }

    private void TakeWill(FactReader line)
    {
        ImportedSession session = Session(line, out string clientId);
        if (session.HasWill) throw line.Bad($"\"{clientId}\" has a will already.");
        session.HasWill = true;
        target.Append(new WillPut(
            clientId, line.Message(rules, clientId), (uint)line.Number("delay_seconds", 0, uint.MaxValue),
            (uint?)line.NumberOrNull("expiry_seconds", 0, uint.MaxValue)));
        _counts.Wills++;
    }

    private void TakeReceipt(FactReader line)
    {
        ImportedSession session = Session(line, out string clientId);
        var packetId = (ushort)line.Number("packet_id", 1, ushort.MaxValue);
        if (!session.Receipts.Add(packetId)) throw line.Bad($"\"{clientId}\" has packet id {packetId} already.");
        target.Append(new ReceiptPut(clientId, packetId));
        _counts.Receipts++;
    }

    private void TakeDelivery(FactReader line)
    {
        ImportedSession session = Session(line, out string clientId);
        if (_message is not { } message || message.Id != line.Number("message", 0, long.MaxValue))
            throw line.Bad("the message that it delivers has to stand above it, with no other message in between.");
        long sequence = line.Number("sequence", 1, SequenceMax);
        if (sequence > session.LastSequence)
            throw line.Bad($"sequence number {sequence} is above \"last_sequence\" of \"{clientId}\", {session.LastSequence}.");
        if (!session.Sequences.Add(sequence)) throw line.Bad($"\"{clientId}\" has sequence number {sequence} already.");
        var qos = (byte)line.Number("qos", 0, 2);
        _deliveries.Add(new DeliveryQueued(
            clientId, sequence, message.Message, qos, line.Flag("retain"),
            line.Numbers("subscription_ids", 1, SubscriptionIdMax))
        {
            IsShared = line.Flag("is_shared"),
        });
        if (line.Flag("is_released"))
        {
            if (qos != 2) throw line.Bad("only a delivery with QoS 2 can be released.");
            _deliveries.Add(new DeliveryReleased(clientId, sequence));
        }
        _counts.Deliveries++;
    }

    private void TakeRetained(FactReader line)
    {
        StoredMessage message = line.Message(rules).From(line.TextOrNull("publisher_user"));
        if (!_retained.Add(message.Topic)) throw line.Bad($"\"{message.Topic}\" has a retained message already.");
        target.Append(new RetainedPut(message));
        _counts.Retained++;
    }

    private void TakeBan(FactReader line)
    {
        BanPut ban = new(
            line.Text("kind"), line.Text("who"), line.Text("made_by"), line.TextOrNull("reason"),
            line.Number("made_at", 0, long.MaxValue), line.NumberOrNull("expires_at", 0, long.MaxValue) ?? long.MaxValue);
        if (!rules.IsBan(ban.Kind, ban.Who)) throw line.Bad($"nobody can be banned as {ban.Kind} \"{ban.Who}\".");
        if (!_bans.Add((ban.Kind, ban.Who))) throw line.Bad($"{ban.Kind} \"{ban.Who}\" is banned already.");
        target.Append(ban);
        _counts.Bans++;
    }

    private void TakeEnd(FactReader line)
    {
        TransferCounts expected = new()
        {
            Sessions = line.Number("sessions", 0, long.MaxValue),
            Subscriptions = line.Number("subscriptions", 0, long.MaxValue),
            Wills = line.Number("wills", 0, long.MaxValue),
            Receipts = line.Number("receipts", 0, long.MaxValue),
            Messages = line.Number("messages", 0, long.MaxValue),
            Deliveries = line.Number("deliveries", 0, long.MaxValue),
            Retained = line.Number("retained", 0, long.MaxValue),
            Bans = line.NumberOrNull("bans", 0, long.MaxValue) ?? 0,
        };
        if (expected != _counts)
            throw line.Bad($"it counts {expected}, but above it are {_counts}; lines are missing or were added.");
        _hasEnded = true;
    }

    /// <summary>A message goes into one commit with all its deliveries, or it would be stored once for each commit.</summary>
    private void FlushDeliveries()
    {
        if (_message is not { } message) return;
        if (_deliveries.Count == 0) throw new TransferException($"line {message.Line}: nobody gets this message.");
        target.Append(_deliveries);
        _deliveries.Clear();
        _message = null;
        _counts.Messages++;
    }

    private ImportedSession Session(FactReader line, out string clientId)
    {
        clientId = line.Text("client_id");
        return _sessions.TryGetValue(clientId, out ImportedSession? session)
            ? session
            : throw line.Bad($"the session of \"{clientId}\" has to stand above it.");
    }

    /// <summary>What a session has so far, to find what comes twice.</summary>
    private sealed class ImportedSession(long lastSequence)
    {
        public long LastSequence { get; } = lastSequence;

        public bool HasWill { get; set; }

        public HashSet<string> Filters => field ??= new HashSet<string>(StringComparer.Ordinal);

        public HashSet<ushort> Receipts => field ??= [];

        public HashSet<long> Sequences => field ??= [];
    }
}
