namespace Broker.Transport.WebSockets;

/// <summary>
/// Finds where MQTT packets end in the bytes that are sent, by their fixed headers (MQTT 5.0 section 2.1). The bytes are the
/// broker's own, so they are well-formed.
/// </summary>
internal sealed class PacketEnds
{
    private const int SevenBits = 0x7F;
    private const int MoreFollow = 0x80;

    // Of the packet's body; -1: in its fixed header.
    private int _left = -1;
    private bool _hasType;
    private int _length;
    private int _shift;

    /// <summary>
    /// How many of these bytes belong to the packet that is under way, or to the next one; all when it goes on.
    /// </summary>
    /// <param name="bytes">What follows what was asked of before. Not empty.</param>
    public int Next(ReadOnlySpan<byte> bytes)
    {
        int position = 0;
        while (_left < 0 && position < bytes.Length) TakeHeader(bytes[position++]);
        if (_left < 0) return position;
        int taken = Math.Min(_left, bytes.Length - position);
        _left -= taken;
        if (_left == 0) _left = -1;
        return position + taken;
    }

    private void TakeHeader(byte next)
    {
        if (!_hasType)
        {
            (_hasType, _length, _shift) = (true, 0, 0);
            return;
        }
        _length |= (next & SevenBits) << _shift;
        _shift += 7;
        if ((next & MoreFollow) != 0) return;
        _hasType = false;
        _left = _length;
    }
}
