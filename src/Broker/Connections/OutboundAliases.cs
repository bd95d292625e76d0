namespace Broker.Connections;

/// <summary>
/// Topic aliases that the broker gives out towards one client, first come first served (MQTT 5.0 section 3.3.2.3.4).
/// Belongs to whoever holds the draining flag.
/// </summary>
internal sealed class OutboundAliases
{
    private readonly Dictionary<string, ushort> _aliases = new(StringComparer.Ordinal);
    private readonly int _countMax;

    public OutboundAliases(int countMax) => _countMax = countMax;

    /// <summary>The alias of a topic.</summary>
    /// <param name="topic">Topic name.</param>
    /// <param name="isNew">The client does not know it yet: send the topic name along.</param>
    /// <returns>0 when all aliases are given out: send the name alone.</returns>
    public ushort Get(string topic, out bool isNew)
    {
        isNew = false;
        if (_aliases.TryGetValue(topic, out ushort alias)) return alias;
        if (_aliases.Count >= _countMax) return 0;
        isNew = true;
        alias = (ushort)(_aliases.Count + 1);
        _aliases.Add(topic, alias);
        return alias;
    }

    /// <summary>The alias that was given out last did not reach the client.</summary>
    public void TakeBack(string topic) => _aliases.Remove(topic);
}
