using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Broker.Protocol;

/// <summary>
/// Writes the data types of MQTT 5.0 section 1.5 into a span that is large enough; the caller computed the length first.
/// Too long a string is a bug of the caller and throws.
/// </summary>
public ref struct WireWriter
{
    private readonly Span<byte> _destination;

    /// <summary>Starts at the first byte of <paramref name="destination"/>.</summary>
    /// <param name="destination">Where to write.</param>
    public WireWriter(Span<byte> destination) => _destination = destination;

    /// <summary>Bytes written.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes of a variable byte integer, 1 to 4.</summary>
    /// <param name="value">The number.</param>
    public static int VarIntLength(uint value) => VarInt.LengthOf(value);

    /// <summary>Bytes of a string with its length prefix.</summary>
    /// <param name="text">The string.</param>
    public static int Utf8Length(string text) => 2 + Encoding.UTF8.GetByteCount(text);

    /// <summary>Bytes of a property block with its length prefix; 0 before 5.0.</summary>
    /// <param name="version">The version of the connection.</param>
    /// <param name="length">Bytes of the block without its prefix.</param>
    public static int PropertiesLength(ProtocolVersion version, int length) =>
        version == ProtocolVersion.Mqtt50 ? VarIntLength((uint)length) + length : 0;

    /// <summary>Bytes of a whole packet.</summary>
    /// <param name="remainingLength">Bytes after the fixed header.</param>
    public static int FrameLength(int remainingLength) => 1 + VarIntLength((uint)remainingLength) + remainingLength;

    /// <summary>Copies a frame that is ready, asking for the span once.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="frame">The whole frame.</param>
    public static void Copy(IBufferWriter<byte> output, ReadOnlySpan<byte> frame)
    {
        ArgumentNullException.ThrowIfNull(output);
        frame.CopyTo(output.GetSpan(frame.Length));
        output.Advance(frame.Length);
    }

    /// <summary>The fixed header.</summary>
    /// <param name="type">The packet type.</param>
    /// <param name="flags">The low four bits of the first byte.</param>
    /// <param name="remainingLength">Bytes after the fixed header, at most 268,435,455.</param>
    public void WriteFrameHeader(PacketType type, byte flags, int remainingLength)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(remainingLength, FrameReader.RemainingLengthMax);
        WriteByte((byte)((int)type << 4 | flags));
        WriteVarInt((uint)remainingLength);
    }

    /// <summary>One byte.</summary>
    /// <param name="value">The byte.</param>
    public void WriteByte(byte value) => _destination[Position++] = value;

    /// <summary>Two byte integer.</summary>
    /// <param name="value">The number.</param>
    public void WriteUInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_destination[Position..], value);
        Position += 2;
    }

    /// <summary>Four byte integer.</summary>
    /// <param name="value">The number.</param>
    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_destination[Position..], value);
        Position += 4;
    }

    /// <summary>Variable byte integer.</summary>
    /// <param name="value">The number, at most 268,435,455.</param>
    public void WriteVarInt(uint value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, VarInt.ValueMax);
        Position += VarInt.Write(_destination[Position..], value);
    }

    /// <summary>Binary data, or a string that is encoded already, with its length prefix.</summary>
    /// <param name="value">Up to 65,535 bytes.</param>
    public void WriteBinary(ReadOnlySpan<byte> value)
    {
        WriteUInt16(checked((ushort)value.Length));
        WriteRaw(value);
    }

    /// <summary>A string with its length prefix.</summary>
    /// <param name="text">Up to 65,535 bytes in UTF-8.</param>
    public void WriteUtf8(string text)
    {
        int length = Encoding.UTF8.GetBytes(text, _destination[(Position + 2)..]);
        WriteUInt16(checked((ushort)length));
        Position += length;
    }

    /// <summary>Bytes as they are.</summary>
    /// <param name="value">The bytes.</param>
    public void WriteRaw(ReadOnlySpan<byte> value)
    {
        value.CopyTo(_destination[Position..]);
        Position += value.Length;
    }

    /// <summary>The length prefix of a property block; the caller fills the span that is returned.</summary>
    /// <param name="length">Bytes of the block without its prefix.</param>
    public Span<byte> TakeProperties(int length)
    {
        WriteVarInt((uint)length);
        Span<byte> block = _destination.Slice(Position, length);
        Position += length;
        return block;
    }
}
