namespace Broker.Configuration.Mosquitto;

/// <summary>A <c>connection</c> section while it is read. Bridges do not run yet: only mistakes are looked for.</summary>
/// <param name="name">Its name.</param>
/// <param name="openedAt">Its <c>connection</c> line.</param>
internal sealed class BridgeSection(string name, SourcePosition openedAt)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Its <c>connection</c> line.</summary>
    public SourcePosition OpenedAt { get; } = openedAt;

    /// <summary>Where each directive of this section was given last, by name.</summary>
    public Dictionary<string, SourcePosition> Given { get; } = new(StringComparer.Ordinal);
}
