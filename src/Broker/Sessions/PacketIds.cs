namespace Broker.Sessions;

/// <summary>
/// A delivery has a sequence number in its session, from 1; its packet id follows from it, so that an id which was used
/// before a crash is known from the stored row.
/// </summary>
internal static class PacketIds
{
    /// <summary>How many packet ids there are. No window spans as many sequence numbers.</summary>
    public const int Count = 65_535;

    /// <summary>The packet id of a sequence number, 1 to 65 535 [MQTT-2.2.1-3].</summary>
    public static ushort Of(long sequence) => (ushort)(((sequence - 1) % Count) + 1);

    /// <summary>How far behind <paramref name="firstSequence"/> the delivery with this packet id is, 0 to 65 534.</summary>
    public static int OffsetFrom(long firstSequence, ushort packetId) => (packetId - Of(firstSequence) + Count) % Count;
}
