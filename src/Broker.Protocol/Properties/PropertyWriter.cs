using System.Diagnostics;

namespace Broker.Protocol.Properties;

/// <summary>
/// Writes a property block, encoding by <see cref="PropertyTable"/>. Made without a span it only measures: a packet runs the same
/// method twice, first for <see cref="Length"/>, then to write. Absent (null) values are left out.
/// </summary>
public ref struct PropertyWriter
{
    private readonly bool _isMeasuring;
    private WireWriter _writer;

    /// <summary>Measures only.</summary>
    public PropertyWriter() => _isMeasuring = true;

    /// <summary>Writes into <paramref name="destination"/>.</summary>
    /// <param name="destination">The block, as long as was measured.</param>
    public PropertyWriter(Span<byte> destination) => _writer = new WireWriter(destination);

    /// <summary>Bytes of the block so far.</summary>
    public int Length { get; private set; }

    /// <summary>A number of any width.</summary>
    /// <param name="id">The property.</param>
    /// <param name="value">Its value; null to leave it out.</param>
    public void Number(PropertyId id, uint? value)
    {
        if (value is not { } number)
        {
            return;
        }

        PropertyType type = TypeOf(id);
        int length = type switch
        {
            PropertyType.Byte => 1,
            PropertyType.TwoByteInteger => 2,
            PropertyType.FourByteInteger => 4,
            _ => WireWriter.VarIntLength(number),
        };
        if (!Begin(id, length))
        {
            return;
        }

        switch (type)
        {
            case PropertyType.Byte:
                _writer.WriteByte(checked((byte)number));
                break;
            case PropertyType.TwoByteInteger:
                _writer.WriteUInt16(checked((ushort)number));
                break;
            case PropertyType.FourByteInteger:
                _writer.WriteUInt32(number);
                break;
            default:
                Debug.Assert(type == PropertyType.VariableByteInteger, "not a number");
                _writer.WriteVarInt(number);
                break;
        }
    }

    /// <summary>A number that is 0 or 1.</summary>
    /// <param name="id">The property.</param>
    /// <param name="value">Its value; null to leave it out.</param>
    public void Flag(PropertyId id, bool? value)
    {
        if (value is { } flag)
        {
            Number(id, flag ? 1u : 0u);
        }
    }

    /// <summary>A string.</summary>
    /// <param name="id">The property.</param>
    /// <param name="value">Its value; null to leave it out.</param>
    public void Text(PropertyId id, string? value)
    {
        if (value is not null && Begin(id, WireWriter.Utf8Length(value)))
        {
            _writer.WriteUtf8(value);
        }
    }

    /// <summary>Binary data.</summary>
    /// <param name="id">The property.</param>
    /// <param name="value">Its value; null to leave it out.</param>
    public void Binary(PropertyId id, ReadOnlyMemory<byte>? value)
    {
        if (value is { } bytes && Begin(id, 2 + bytes.Length))
        {
            _writer.WriteBinary(bytes.Span);
        }
    }

    /// <summary>User Properties in their order.</summary>
    /// <param name="properties">The properties.</param>
    public void User(IReadOnlyList<UserProperty> properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        for (int i = 0; i < properties.Count; i++)
        {
            UserProperty property = properties[i];
            int length = WireWriter.Utf8Length(property.Name) + WireWriter.Utf8Length(property.Value);
            if (Begin(PropertyId.UserProperty, length))
            {
                _writer.WriteUtf8(property.Name);
                _writer.WriteUtf8(property.Value);
            }
        }
    }

    /// <summary>Properties that are encoded already.</summary>
    /// <param name="encoded">A block without a length prefix.</param>
    public void Raw(ReadOnlySpan<byte> encoded)
    {
        Length += encoded.Length;
        if (!_isMeasuring)
        {
            _writer.WriteRaw(encoded);
        }
    }

    private static PropertyType TypeOf(PropertyId id) => PropertyTable.Find((uint)id)!.Type;

    private bool Begin(PropertyId id, int valueLength)
    {
        Length += 1 + valueLength;
        if (_isMeasuring)
        {
            return false;
        }

        _writer.WriteByte((byte)id);
        return true;
    }
}
