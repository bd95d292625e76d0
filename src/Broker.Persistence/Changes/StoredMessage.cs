using Broker.Persistence.GroupCommit;

namespace Broker.Persistence.Changes;

/// <summary>
/// An application message as it is stored, once, however many deliveries refer to it: the same object is the same row, so two
/// objects are never equal.
/// </summary>
/// <param name="topic">Topic name.</param>
/// <param name="payload">Payload; not changed afterwards.</param>
/// <param name="properties">Encoded 5.0 properties that are forwarded unaltered; may be empty.</param>
/// <param name="qos">0 to 2, as published.</param>
/// <param name="retain">The RETAIN flag as published.</param>
/// <param name="expiresAt">Absolute message expiry, milliseconds since 1970 UTC; long.MaxValue: never.</param>
/// <param name="publisherId">Client id of the publisher, for No Local [MQTT-3.8.3-3]; null: the broker itself.</param>
public sealed class StoredMessage(
    string topic,
    ReadOnlyMemory<byte> payload,
    ReadOnlyMemory<byte> properties,
    byte qos,
    bool retain,
    long expiresAt,
    string? publisherId = null)
{
    /// <summary>Topic name.</summary>
    public string Topic { get; } = topic;

    /// <summary>Payload.</summary>
    public ReadOnlyMemory<byte> Payload { get; } = payload;

    /// <summary>Encoded 5.0 properties that are forwarded unaltered; may be empty.</summary>
    public ReadOnlyMemory<byte> Properties { get; } = properties;

    /// <summary>0 to 2, as published.</summary>
    public byte Qos { get; } = qos;

    /// <summary>The RETAIN flag as published.</summary>
    public bool Retain { get; } = retain;

    /// <summary>Absolute message expiry, milliseconds since 1970 UTC; long.MaxValue: never.</summary>
    public long ExpiresAt { get; } = expiresAt;

    /// <summary>Client id of the publisher; null: the broker itself.</summary>
    public string? PublisherId { get; } = publisherId;

    /// <summary>User name of the publisher, kept with retained messages only; null: none, or the broker itself.</summary>
    public string? PublisherUser { get; init; }

    /// <summary>The same message of a user.</summary>
    public StoredMessage From(string? publisherUser) =>
        new(Topic, Payload, Properties, Qos, Retain, ExpiresAt, PublisherId) { PublisherUser = publisherUser };

    /// <summary>Where it was last stored. Belongs to the writer's thread.</summary>
    internal MessageReference? Reference { get; set; }
}
