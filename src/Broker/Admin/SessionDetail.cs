using System.Globalization;
using Broker.Connections;
using Broker.Messages;
using Broker.Sessions;

namespace Broker.Admin;

/// <summary>All there is to know of a session.</summary>
/// <param name="Session">As in the list.</param>
/// <param name="Client">Its client, as in the list; null: away.</param>
/// <param name="Connection">More of its connection; null: away.</param>
/// <param name="WillTopic">Where its will goes; null: it has none.</param>
/// <param name="Will">Its will; null: it has none.</param>
/// <param name="Subscriptions">Its subscriptions by filter, the first thousand.</param>
/// <param name="InFlight">Messages that were sent and are not acknowledged to the end, the oldest first.</param>
/// <param name="Queue">Messages that wait.</param>
/// <param name="Drops">Messages that it did not get, and that were not taken from it, by cause.</param>
internal sealed record SessionDetail(
    SessionView Session, ClientView? Client, ConnectionView? Connection, string? WillTopic, WillView? Will,
    IReadOnlyList<SubscriptionView> Subscriptions, IReadOnlyList<DeliveryView> InFlight, QueueView Queue,
    IReadOnlyDictionary<string, long> Drops);

/// <summary>A connection.</summary>
/// <param name="Protocol"><c>mqtt</c> or <c>websockets</c>.</param>
/// <param name="Encryption">TLS version and cipher; null: none, or behind a WebSocket.</param>
/// <param name="Tls">Whether it is encrypted.</param>
/// <param name="CertificateUserName">The name in the client's certificate; null: it was not asked for.</param>
/// <param name="SilentSeconds">Since the client sent something.</param>
/// <param name="BlockedSeconds">For how long it has not taken what was sent; null: it takes it.</param>
/// <param name="InFlightMax">QoS 1 and 2 messages that it is sent before it acknowledges one.</param>
/// <param name="PacketBytesMax">Largest packet that it takes; null: no limit.</param>
/// <param name="TopicAliases">Topic aliases that it takes.</param>
/// <param name="IsBridge">Whether it is a bridge of another broker.</param>
internal sealed record ConnectionView(
    string Protocol, string? Encryption, bool Tls, string? CertificateUserName, long SilentSeconds, long? BlockedSeconds,
    int InFlightMax, long? PacketBytesMax, int TopicAliases, bool IsBridge)
{
    public static ConnectionView? Of(MqttConnection connection) =>
        connection is { Parameters: { } agreed, Session: { } session } ? Of(connection, agreed, session) : null;

    private static ConnectionView Of(MqttConnection connection, ClientParameters agreed, Session session) => new(
        ListenerView.ProtocolOf(connection.Listener), connection.Origin.Encryption, connection.Listener.Tls is not null,
        connection.Origin.CertificateUserName, connection.SilentSeconds, connection.BlockedMilliseconds / 1000,
        session.SendQuota,
        agreed.PacketBytesMax == long.MaxValue ? null : agreed.PacketBytesMax, agreed.OutboundAliases, agreed.IsBridge);
}

/// <summary>A will.</summary>
/// <param name="Topic">Where it goes.</param>
/// <param name="Qos">Its QoS.</param>
/// <param name="Retain">Whether it is retained.</param>
/// <param name="PayloadBytes">Length of its payload.</param>
/// <param name="DelaySeconds">How long after its client is gone.</param>
internal sealed record WillView(string Topic, int Qos, bool Retain, int PayloadBytes, uint DelaySeconds)
{
    public static WillView? Of(Will? will) => will is null ? null : new(
        will.Message.Topic.Name, (int)will.Message.Qos, will.Message.Retain, will.Message.PayloadLength, will.DelaySeconds);
}

/// <summary>A message on its way to one session.</summary>
/// <param name="State"><c>waiting</c>, <c>sent</c>, or <c>released</c>: QoS 2, only PUBCOMP is missing.</param>
/// <param name="Topic">Its topic; null: it was sent without being kept.</param>
/// <param name="Qos">Effective QoS.</param>
/// <param name="Retain">The RETAIN flag to send.</param>
/// <param name="PayloadBytes">Length of its payload.</param>
/// <param name="PacketId">Under which it is or will be sent; null: QoS 0.</param>
/// <param name="AgeSeconds">For how long it has been there; null: it came from the store, which does not say.</param>
/// <param name="ExpiresAt">When it is dropped; null: never.</param>
internal sealed record DeliveryView(
    string State, string? Topic, int Qos, bool Retain, int PayloadBytes, int? PacketId, long? AgeSeconds,
    DateTimeOffset? ExpiresAt)
{
    /// <param name="shown">It.</param>
    /// <param name="stamp">Now.</param>
    public static DeliveryView Of(ShownDelivery shown, uint stamp)
    {
        OutboxEntry entry = shown.Entry;
        Message? message = entry.Message;
        string state = shown.State switch
        {
            DeliveryState.Sent => "sent",
            DeliveryState.Released => "released",
            _ => entry.IsReleased ? "released" : "waiting",
        };
        return new DeliveryView(
            state, message?.Topic.Name, (int)entry.Qos, entry.Retain, shown.PayloadBytes,
            entry.Sequence == 0 ? null : PacketIds.Of(entry.Sequence),
            entry.QueuedAt == 0 ? null : Math.Max(0, (int)(stamp - entry.QueuedAt)) / 1000,
            message is null || message.ExpiresAt == Message.NeverExpires
                ? null
                : DateTimeOffset.FromUnixTimeMilliseconds(message.ExpiresAt));
    }
}

/// <summary>A part of what waits: with QoS 1 and 2 in its order, then with QoS 0 in its order.</summary>
/// <param name="Items">The messages.</param>
/// <param name="Next">What to give as <c>after</c> for the part that follows; null: this is the last.</param>
/// <param name="Unavailable">Why some are missing; null: none is.</param>
internal sealed record QueueView(IReadOnlyList<DeliveryView> Items, string? Next, string? Unavailable);

/// <summary>Where a part of what waits begins.</summary>
/// <param name="Sequence">Behind this one, with QoS 1 and 2.</param>
/// <param name="Qos0">Null: before those with QoS 0; else so many of them are passed over.</param>
internal readonly record struct QueuePlace(long Sequence, int? Qos0)
{
    private const string Qos0Word = "qos0-";

    public static QueuePlace? Parse(string text)
    {
        if (text.Length == 0) return new QueuePlace(0, null);
        if (text.StartsWith(Qos0Word, StringComparison.Ordinal))
        {
            return int.TryParse(text.AsSpan(Qos0Word.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int skip)
                ? new QueuePlace(0, skip) : null;
        }
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)
            ? new QueuePlace(sequence, null) : null;
    }

    public override string ToString() => Qos0 is { } skip
        ? string.Create(CultureInfo.InvariantCulture, $"{Qos0Word}{skip}")
        : Sequence.ToString(CultureInfo.InvariantCulture);
}
