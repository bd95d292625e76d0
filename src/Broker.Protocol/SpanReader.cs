using System.Buffers.Binary;

namespace Broker.Protocol;

/// <summary>
/// Reads the data types of MQTT 5.0 section 1.5 from a packet's body. A read that fails returns false, sets
/// <see cref="Fault"/> and does not move.
/// </summary>
public ref struct SpanReader
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts at the first byte of <paramref name="source"/>.</summary>
    /// <param name="source">The body of a packet, or a part of it.</param>
    public SpanReader(ReadOnlySpan<byte> source) => _rest = source;

    /// <summary>Why the last read that failed did.</summary>
    public Fault? Fault { get; private set; }

    /// <summary>What was not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>True when everything was read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>One byte.</summary>
    /// <param name="value">The byte.</param>
    public bool TryReadByte(out byte value)
    {
        if (_rest.IsEmpty)
        {
            value = 0;
            return Fail(Faults.PacketTruncated);
        }

        value = _rest[0];
        _rest = _rest[1..];
        return true;
    }

    /// <summary>Two byte integer (section 1.5.2).</summary>
    /// <param name="value">The number.</param>
    public bool TryReadUInt16(out ushort value)
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(_rest, out value))
        {
            return Fail(Faults.PacketTruncated);
        }

        _rest = _rest[2..];
        return true;
    }

    /// <summary>Four byte integer (section 1.5.3).</summary>
    /// <param name="value">The number.</param>
    public bool TryReadUInt32(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(_rest, out value))
        {
            return Fail(Faults.PacketTruncated);
        }

        _rest = _rest[4..];
        return true;
    }

    /// <summary>Variable byte integer (section 1.5.5), at most 268,435,455.</summary>
    /// <param name="value">The number.</param>
    public bool TryReadVarInt(out uint value)
    {
        VarIntStatus status = VarInt.TryRead(_rest, out value, out int length);
        if (status != VarIntStatus.Read)
        {
            value = 0;
            return Fail(status == VarIntStatus.Incomplete ? Faults.PacketTruncated : Faults.VariableByteIntegerOverlong);
        }

        _rest = _rest[length..];
        return true;
    }

    /// <summary>Binary data (section 1.5.6), up to 65,535 bytes.</summary>
    /// <param name="value">The bytes without their length prefix, a view.</param>
    public bool TryReadBinary(out ReadOnlySpan<byte> value)
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(_rest, out ushort length) || _rest.Length - 2 < length)
        {
            value = default;
            return Fail(Faults.PacketTruncated);
        }

        value = _rest.Slice(2, length);
        _rest = _rest[(2 + length)..];
        return true;
    }

    /// <summary>UTF-8 string (section 1.5.4), checked against <see cref="Utf8Rules"/>.</summary>
    /// <param name="value">The bytes without their length prefix, a view.</param>
    public bool TryReadUtf8(out ReadOnlySpan<byte> value)
    {
        SpanReader before = this;
        if (!TryReadBinary(out value))
        {
            return false;
        }

        if (Utf8Rules.Check(value) is not { } fault)
        {
            return true;
        }

        this = before;
        value = default;
        return Fail(fault);
    }

    /// <summary>A block with a variable byte integer before it: the properties (section 2.2.2).</summary>
    /// <param name="block">The block without its length prefix, a view.</param>
    public bool TryReadProperties(out ReadOnlySpan<byte> block)
    {
        SpanReader before = this;
        block = default;
        if (!TryReadVarInt(out uint length))
        {
            return false;
        }

        if (length > (uint)_rest.Length)
        {
            this = before;
            return Fail(Faults.PropertyLengthPastPacket);
        }

        block = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return true;
    }

    private bool Fail(Fault fault)
    {
        Fault = fault;
        return false;
    }
}
