using Load.Options;

namespace Load.Scenarios;

/// <summary>Who is greedy in `fair`: it floods as fast as the broker takes it.</summary>
/// <param name="Name">In front of its figures, and behind --greedy.</param>
/// <param name="Qos">Of what it publishes.</param>
/// <param name="Payload">Bytes.</param>
/// <param name="Readers">How many have subscribed to it.</param>
/// <param name="Hash">Who has subscribed to # beside them, and so gets what the pairs say as well.</param>
internal sealed record GreedyClient(string Name, int Qos, int Payload, int Readers, HashKind Hash = HashKind.None)
{
    private static readonly GreedyClient[] All =
    [
        new("qos0", 0, 64, 1),
        new("qos0_to_20", 0, 64, 20),
        new("qos0_to_nobody", 0, 64, 0),
        new("qos1", 1, 64, 1),
        new("large", 0, 1_000_000, 1),
        new("to_hash", 0, 64, 0, HashKind.Reads),
        new("to_stuck_hash", 0, 64, 0, HashKind.Stuck),
    ];

    /// <summary>Messages that it has in flight, with QoS 1.</summary>
    public int Window => Qos == 0 ? 1 : 32_768;

    /// <summary>Those whose names are in a list with commas; null: all.</summary>
    /// <exception cref="UsageException">A name that is not known.</exception>
    public static IReadOnlyList<GreedyClient> Choose(string? names) => names is null
        ? All
        : [.. names.Split(',').Select(name => Array.Find(All, greedy => greedy.Name == name)
            ?? throw new UsageException($"{name} is not one of {string.Join(", ", All.Select(greedy => greedy.Name))}"))];
}

/// <summary>A subscriber of #.</summary>
internal enum HashKind
{
    None,

    /// <summary>Takes all that it gets.</summary>
    Reads,

    /// <summary>Takes nothing.</summary>
    Stuck,
}
