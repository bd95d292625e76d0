using Broker.Persistence.Changes;
using Broker.Protocol;

namespace Broker.Messages;

/// <summary>
/// An application message: owned, immutable, shared by every outbox, in-flight window and retained tree that refers to it.
/// </summary>
internal sealed class Message
{
    /// <summary>Value of <see cref="ExpiresAt"/> for a message that does not expire.</summary>
    public const long NeverExpires = long.MaxValue;

    private readonly byte[] _body;
    private readonly int _propertiesLength;
    private StoredMessage? _stored;

    /// <param name="topic">Where to.</param>
    /// <param name="body">The forwarded 5.0 properties, then the payload. The array is handed over.</param>
    /// <param name="propertiesLength">How many bytes of <paramref name="body"/> are properties.</param>
    public Message(Topic topic, byte[] body, int propertiesLength)
    {
        Topic = topic;
        _body = body;
        _propertiesLength = propertiesLength;
    }

    public Topic Topic { get; }

    /// <summary>QoS as published.</summary>
    public required QualityOfService Qos { get; init; }

    /// <summary>RETAIN as published.</summary>
    public bool Retain { get; init; }

    /// <summary>Absolute expiry, milliseconds since 1970 UTC [MQTT-3.3.2-5].</summary>
    public long ExpiresAt { get; init; } = NeverExpires;

    /// <summary>Client id of the publisher, for No Local; null: the broker itself.</summary>
    public string? PublisherId { get; init; }

    /// <summary>User name of the publisher, of a message to be retained; null: none.</summary>
    public string? PublisherUser { get; init; }

    /// <summary>Frames that several receivers share; null when there is one receiver or none.</summary>
    public SharedFrames? SharedFrames { get; init; }

    public ReadOnlySpan<byte> Payload => _body.AsSpan(_propertiesLength);

    public int PayloadLength => _body.Length - _propertiesLength;

    /// <summary>Encoded 5.0 properties that are forwarded unaltered.</summary>
    public ReadOnlySpan<byte> Properties => _body.AsSpan(0, _propertiesLength);

    public bool IsExpired(long nowUnixMilliseconds) => ExpiresAt <= nowUnixMilliseconds;

    /// <summary>Remaining Message Expiry Interval, whole seconds, at least 1; null: it never expires [MQTT-3.3.2-6].</summary>
    public uint? RemainingSeconds(long nowUnixMilliseconds) =>
        ExpiresAt == NeverExpires
            ? null
            : (uint)Math.Clamp((ExpiresAt - nowUnixMilliseconds + 999) / 1000, 1, uint.MaxValue);

    /// <summary>The same message with another expiry, for a will whose time counts from its publication.</summary>
    public Message WithExpiry(long expiresAt) =>
        new(Topic, _body, _propertiesLength)
        {
            Qos = Qos,
            Retain = Retain,
            PublisherId = PublisherId,
            PublisherUser = PublisherUser,
            ExpiresAt = expiresAt,
        };

    /// <summary>A message that was stored.</summary>
    public static Message FromStored(StoredMessage stored)
    {
        byte[] body = [.. stored.Properties.Span, .. stored.Payload.Span];
        return new Message(new Topic(stored.Topic), body, stored.Properties.Length)
        {
            Qos = (QualityOfService)stored.Qos,
            Retain = stored.Retain,
            ExpiresAt = stored.ExpiresAt,
            PublisherId = stored.PublisherId,
            PublisherUser = stored.PublisherUser,
        };
    }

    /// <summary>The same message as a durable fact. One object for all deliveries.</summary>
    public StoredMessage ToStored() => _stored ??= new StoredMessage(
        Topic.Name, _body.AsMemory(_propertiesLength), _body.AsMemory(0, _propertiesLength), (byte)Qos, Retain, ExpiresAt,
        PublisherId)
    {
        PublisherUser = PublisherUser,
    };
}
