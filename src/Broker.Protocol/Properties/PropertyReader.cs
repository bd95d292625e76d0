using System.Diagnostics;
using System.Text;
using Broker.Protocol.Topics;

namespace Broker.Protocol.Properties;

/// <summary>
/// Walks a property block and checks it against <see cref="PropertyTable"/>, without allocating:
/// <c>while (reader.MoveNext()) ...</c>, then look at <see cref="Fault"/>.
/// </summary>
public ref struct PropertyReader
{
    private readonly ReadOnlySpan<byte> _block;
    private readonly PropertyOwners _owner;
    private SpanReader _reader;
    private PropertyRule? _rule;
    private ulong _seen;

    /// <summary>Starts before the first property.</summary>
    /// <param name="block">The block without its length prefix.</param>
    /// <param name="owner">The packet that carries it.</param>
    public PropertyReader(ReadOnlySpan<byte> block, PropertyOwners owner)
    {
        _block = block;
        _owner = owner;
        _reader = new SpanReader(block);
    }

    /// <summary>Why the walk ended early; null when it did not.</summary>
    public Fault? Fault { get; private set; }

    /// <summary>The property at hand, once <see cref="MoveNext"/> returned true.</summary>
    public readonly PropertyId Id => _rule!.Id;

    /// <summary>True when a server passes the property at hand on unaltered.</summary>
    public readonly bool IsForwarded => _rule!.IsForwarded;

    /// <summary>The value of a numeric property.</summary>
    public uint Number { get; private set; }

    /// <summary>The value of a binary or string property, the name of a User Property.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The value of a User Property.</summary>
    public ReadOnlySpan<byte> UserValue { get; private set; }

    /// <summary>The property at hand as it was encoded, identifier included.</summary>
    public ReadOnlySpan<byte> Encoded { get; private set; }

    /// <summary>The value of a string property; allocates.</summary>
    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>The User Property at hand; allocates.</summary>
    public readonly UserProperty User => new(Text, Encoding.UTF8.GetString(UserValue));

    /// <summary>Moves to the next property; false at the end and at the first fault.</summary>
    public bool MoveNext()
    {
        if (_reader.IsAtEnd || Fault is not null)
        {
            return false;
        }

        ReadOnlySpan<byte> start = _reader.Rest;
        Fault = ReadRule() ?? ReadValue();
        Encoded = start[..(start.Length - _reader.Rest.Length)];
        return Fault is null;
    }

    private Fault? ReadRule()
    {
        if (!_reader.TryReadVarInt(out uint id))
        {
            return _reader.Fault;
        }

        _rule = PropertyTable.Find(id);
        if (_rule is null)
        {
            return Faults.PropertyUnknown;
        }

        if ((_rule.Owners & _owner) == 0)
        {
            return Faults.PropertyNotAllowedHere;
        }

        ulong bit = 1UL << (int)id;
        bool isRepeated = (_seen & bit) != 0;
        _seen |= bit;
        return isRepeated && (_rule.Repeatable & _owner) == 0 ? Faults.PropertyTwice : null;
    }

    private Fault? ReadValue()
    {
        Debug.Assert(_rule is not null, "the identifier comes before the value");
        bool isRead;
        switch (_rule.Type)
        {
            case PropertyType.Utf8:
                isRead = _reader.TryReadUtf8(out ReadOnlySpan<byte> text);
                Bytes = text;
                bool isBadTopic = isRead && _rule.Id == PropertyId.ResponseTopic && !TopicName.IsValid(text);
                return isBadTopic ? Faults.ResponseTopicInvalid : Outcome(isRead);
            case PropertyType.Utf8Pair:
                isRead = _reader.TryReadUtf8(out ReadOnlySpan<byte> name);
                Bytes = name;
                isRead = isRead && _reader.TryReadUtf8(out name);
                UserValue = name;
                return Outcome(isRead);
            case PropertyType.Binary:
                isRead = _reader.TryReadBinary(out ReadOnlySpan<byte> bytes);
                Bytes = bytes;
                return Outcome(isRead);
            default:
                isRead = TryReadNumber(_rule.Type, out uint number);
                Number = number;
                bool isInRange = number >= _rule.Min && number <= _rule.Max;
                return !isRead || isInRange ? Outcome(isRead) : _rule.RangeFault;
        }
    }

    private bool TryReadNumber(PropertyType type, out uint number)
    {
        bool isRead;
        switch (type)
        {
            case PropertyType.Byte:
                isRead = _reader.TryReadByte(out byte one);
                number = one;
                return isRead;
            case PropertyType.TwoByteInteger:
                isRead = _reader.TryReadUInt16(out ushort two);
                number = two;
                return isRead;
            case PropertyType.FourByteInteger:
                return _reader.TryReadUInt32(out number);
            default:
                return _reader.TryReadVarInt(out number);
        }
    }

    private readonly Fault? Outcome(bool isRead) => isRead ? null : _reader.Fault;
}
