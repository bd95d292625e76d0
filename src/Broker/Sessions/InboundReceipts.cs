namespace Broker.Sessions;

/// <summary>
/// Packet ids of QoS 2 messages that were received and not yet released: a PUBLISH with one of them is the same message again,
/// whatever its DUP flag says [MQTT-4.3.3-10]. Guarded by the session's lock.
/// </summary>
internal sealed class InboundReceipts
{
    private HashSet<ushort>? _packetIds;
    private HashSet<ushort>? _earlier;

    public int Count => _packetIds?.Count ?? 0;

    /// <summary>
    /// Those that came on this connection. Only they count against the Receive Maximum: it begins anew with each connection
    /// (MQTT 5.0 section 4.9).
    /// </summary>
    public int CountOfConnection => Count - (_earlier?.Count ?? 0);

    public bool Contains(ushort packetId) => _packetIds is not null && _packetIds.Contains(packetId);

    public void Add(ushort packetId) => (_packetIds ??= []).Add(packetId);

    public bool Remove(ushort packetId)
    {
        _earlier?.Remove(packetId);
        return _packetIds is not null && _packetIds.Remove(packetId);
    }

    /// <summary>Another connection begins.</summary>
    public void BeginConnection() => _earlier = Count == 0 ? null : [.. _packetIds!];
}
