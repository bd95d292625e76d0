using Load.Checking;

namespace Load.Clients;

/// <summary>What a publisher is told.</summary>
internal sealed record PublisherShape
{
    /// <summary>From 0.</summary>
    public required int Number { get; init; }

    /// <summary>The topics that it serves in turn.</summary>
    public required TopicRange Topics { get; init; }

    /// <summary>How many messages may be on their way.</summary>
    public required int Window { get; init; }

    public required int Qos { get; init; }

    /// <summary>
    /// Receivers of each topic: a message is on its way until all of them have it. Null: until it is acknowledged.
    /// </summary>
    public int[]? Receivers { get; init; }
}
