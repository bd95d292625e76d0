namespace Broker.Persistence.Changes;

/// <summary>Somebody may not connect, from now on or with other words than before.</summary>
/// <param name="Kind">What <paramref name="Who"/> is: one of <see cref="Kinds"/>.</param>
/// <param name="Who">A client id, a user name, an address or a network.</param>
/// <param name="By">Who made it.</param>
/// <param name="Reason">Why, or null.</param>
/// <param name="At">When it was made.</param>
/// <param name="Until">When it ends; long.MaxValue: never.</param>
public sealed record BanPut(string Kind, string Who, string By, string? Reason, long At, long Until) : StateChange
{
    /// <summary>What can be banned, in EMQX's words.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["clientid", "username", "peerhost", "peerhost_net"];
}

/// <summary>A ban is lifted or over.</summary>
/// <param name="Kind">As it was put.</param>
/// <param name="Who">As it was put.</param>
public sealed record BanRemoved(string Kind, string Who) : StateChange;
