using Broker.Protocol;

namespace Broker.Messages;

/// <summary>
/// A message as it came, over the buffer that it came in: good for as long as its frame is handled. Whoever keeps it makes a
/// <see cref="Message"/> of it; who can be written to at once needs none.
/// </summary>
internal readonly ref struct Publication
{
    public required Topic Topic { get; init; }

    /// <summary>Encoded 5.0 properties that are forwarded unaltered.</summary>
    public required ReadOnlySpan<byte> Properties { get; init; }

    public required ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>QoS as published.</summary>
    public required QualityOfService Qos { get; init; }

    /// <summary>RETAIN as published.</summary>
    public bool Retain { get; init; }

    /// <summary>Absolute expiry, milliseconds since 1970 UTC, or <see cref="Message.NeverExpires"/>.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>Client id of the publisher.</summary>
    public required string PublisherId { get; init; }

    /// <summary>The message with a body of its own: the one copy that a message is allowed.</summary>
    /// <param name="isShared">Whether several receivers are expected, which share encoded frames.</param>
    public Message ToMessage(bool isShared)
    {
        byte[] body = GC.AllocateUninitializedArray<byte>(Properties.Length + Payload.Length);
        Properties.CopyTo(body);
        Payload.CopyTo(body.AsSpan(Properties.Length));
        return new Message(Topic, body, Properties.Length)
        {
            Qos = Qos,
            Retain = Retain,
            ExpiresAt = ExpiresAt,
            PublisherId = PublisherId,
            // A retained message stays: it does not keep its encoded copies.
            SharedFrames = isShared && !Retain ? new SharedFrames() : null,
        };
    }
}
