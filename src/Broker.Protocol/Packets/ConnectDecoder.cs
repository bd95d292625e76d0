using System.Text;
using Broker.Protocol.Properties;
using Broker.Protocol.Topics;

namespace Broker.Protocol.Packets;

/// <summary>Reads the body of a CONNECT field by field; where 3.1 is laxer than 3.1.1, so is this.</summary>
internal ref struct ConnectDecoder
{
    private SpanReader _reader;
    private ConnectFlags _flags;
    private bool _isBridge;

    public ConnectDecoder(ReadOnlySpan<byte> body) => _reader = new SpanReader(body);

    /// <summary>The version, once it was read; of a level that is not supported, the one in which to say so.</summary>
    public ProtocolVersion Version { get; private set; }

    // protocol name | level | flags | keep alive [| properties] | client id [| will] [| user name] [| password]
    public Fault? Decode(out ConnectPacket packet)
    {
        packet = null!;
        Fault? fault = ReadVersion() ?? ReadFlags();
        if (fault is not null)
        {
            return fault;
        }

        if (!_reader.TryReadUInt16(out ushort keepAliveSeconds))
        {
            return _reader.Fault;
        }

        var head = new ConnectPacket
        {
            Version = Version,
            IsBridge = _isBridge,
            CleanStart = Has(ConnectFlags.CleanStart),
            KeepAliveSeconds = keepAliveSeconds,
        };
        fault = ReadProperties(ref head);
        if (fault is not null)
        {
            return fault;
        }

        if (!_reader.TryReadUtf8(out ReadOnlySpan<byte> clientId))
        {
            return _reader.Fault;
        }

        fault = ReadWill(out WillMessage? will);
        if (fault is not null)
        {
            return fault;
        }

        fault = ReadCredentials(out string? userName, out ReadOnlyMemory<byte>? password);
        if (fault is not null || !_reader.IsAtEnd)
        {
            return fault ?? Faults.TrailingBytes;
        }

        packet = head with
        {
            ClientId = Encoding.UTF8.GetString(clientId),
            Will = will,
            UserName = userName,
            Password = password,
        };
        return null;
    }

    // Not Enum.HasFlag: until its caller is compiled in full, that puts both flags into objects.
    private readonly bool Has(ConnectFlags flag) => (_flags & flag) != 0;

    private Fault? ReadVersion()
    {
        if (!_reader.TryReadUtf8(out ReadOnlySpan<byte> name))
        {
            return _reader.Fault;
        }

        bool isOldName = name.SequenceEqual("MQIsdp"u8);
        if (!isOldName && !name.SequenceEqual("MQTT"u8))
        {
            return Faults.ProtocolNameUnknown;
        }

        if (!_reader.TryReadByte(out byte level))
        {
            return _reader.Fault;
        }

        Version = (isOldName, level) switch
        {
            (true, 0x03 or 0x83) => ProtocolVersion.Mqtt31,
            (false, 0x04 or 0x84) => ProtocolVersion.Mqtt311,
            (false, 0x05) => ProtocolVersion.Mqtt50,
            _ => ProtocolVersion.Unknown,
        };
        _isBridge = level > 0x7F;
        if (Version != ProtocolVersion.Unknown)
        {
            return null;
        }

        // A later version will read CONNACK as 5.0 has it, an earlier one the return code of 3.1.1.
        Version = !isOldName && level >= 5 ? ProtocolVersion.Mqtt50 : ProtocolVersion.Mqtt311;
        return Faults.UnsupportedProtocolVersion;
    }

    private Fault? ReadFlags()
    {
        if (!_reader.TryReadByte(out byte flags))
        {
            return _reader.Fault;
        }

        _flags = (ConnectFlags)flags;
        if ((_flags & ConnectFlags.WillQos) == ConnectFlags.WillQos)
        {
            return Faults.WillQosInvalid;
        }

        bool isPasswordAlone = (_flags & (ConnectFlags.Password | ConnectFlags.UserName)) == ConnectFlags.Password;
        if (isPasswordAlone && Version != ProtocolVersion.Mqtt50)
        {
            return Faults.PasswordWithoutUserName;
        }

        if (Version == ProtocolVersion.Mqtt31)
        {
            // 3.1 leaves the reserved bit and the will bits of a CONNECT without a will open.
            return null;
        }

        if (Has(ConnectFlags.Reserved))
        {
            return Faults.ConnectReservedFlag;
        }

        if (Has(ConnectFlags.Will))
        {
            return null;
        }

        bool hasWillQos = (_flags & ConnectFlags.WillQos) != 0;
        return hasWillQos ? Faults.WillQosWithoutWill
            : Has(ConnectFlags.WillRetain) ? Faults.WillRetainWithoutWill : null;
    }

    private Fault? ReadProperties(ref ConnectPacket packet)
    {
        if (Version != ProtocolVersion.Mqtt50)
        {
            return null;
        }

        if (!_reader.TryReadProperties(out ReadOnlySpan<byte> block))
        {
            return _reader.Fault;
        }

        List<UserProperty> user = [];
        var properties = new PropertyReader(block, PropertyOwners.Connect);
        while (properties.MoveNext())
        {
            uint number = properties.Number;
            packet = properties.Id switch
            {
                PropertyId.SessionExpiryInterval => packet with { SessionExpiryIntervalSeconds = number },
                PropertyId.ReceiveMaximum => packet with { ReceiveMaximum = (ushort)number },
                PropertyId.MaximumPacketSize => packet with { MaximumPacketSize = number },
                PropertyId.TopicAliasMaximum => packet with { TopicAliasMaximum = (ushort)number },
                PropertyId.RequestResponseInformation => packet with { RequestResponseInformation = number == 1 },
                PropertyId.RequestProblemInformation => packet with { RequestProblemInformation = number == 1 },
                PropertyId.AuthenticationMethod => packet with { AuthenticationMethod = properties.Text },
                PropertyId.AuthenticationData => packet with { AuthenticationData = properties.Bytes.ToArray() },
                _ => packet,
            };
            if (properties.Id == PropertyId.UserProperty)
            {
                user.Add(properties.User);
            }
        }

        packet = packet with { UserProperties = user };
        bool isDataAlone = packet.AuthenticationData is not null && packet.AuthenticationMethod is null;
        return properties.Fault ?? (isDataAlone ? Faults.AuthenticationDataWithoutMethod : null);
    }

    private Fault? ReadWill(out WillMessage? will)
    {
        will = null;
        if (!Has(ConnectFlags.Will))
        {
            return null;
        }

        var draft = new WillMessage { Topic = "" };
        if (Version == ProtocolVersion.Mqtt50 && ReadWillProperties(ref draft) is { } fault)
        {
            return fault;
        }

        if (!_reader.TryReadUtf8(out ReadOnlySpan<byte> topic))
        {
            return _reader.Fault;
        }

        if (!TopicName.IsValid(topic))
        {
            return Faults.WillTopicInvalid;
        }

        if (!_reader.TryReadBinary(out ReadOnlySpan<byte> payload))
        {
            return _reader.Fault;
        }

        will = draft with
        {
            Topic = Encoding.UTF8.GetString(topic),
            Payload = payload.ToArray(),
            Qos = (QualityOfService)((int)(_flags & ConnectFlags.WillQos) >> 3),
            Retain = Has(ConnectFlags.WillRetain),
        };
        return null;
    }

    private Fault? ReadWillProperties(ref WillMessage will)
    {
        if (!_reader.TryReadProperties(out ReadOnlySpan<byte> block))
        {
            return _reader.Fault;
        }

        var forwarded = new List<byte>(block.Length);
        var properties = new PropertyReader(block, PropertyOwners.Will);
        while (properties.MoveNext())
        {
            if (properties.IsForwarded)
            {
                forwarded.AddRange(properties.Encoded);
                continue;
            }

            will = properties.Id == PropertyId.WillDelayInterval
                ? will with { DelaySeconds = properties.Number }
                : will with { MessageExpirySeconds = properties.Number };
        }

        will = will with { ForwardedProperties = forwarded.ToArray() };
        return properties.Fault;
    }

    private Fault? ReadCredentials(out string? userName, out ReadOnlyMemory<byte>? password)
    {
        userName = null;
        password = null;
        // 3.1: the Remaining Length wins over the flag, a user name that is announced may be missing.
        bool isUserNameMissing = Version == ProtocolVersion.Mqtt31 && _reader.IsAtEnd;
        if (Has(ConnectFlags.UserName) && !isUserNameMissing)
        {
            if (!_reader.TryReadUtf8(out ReadOnlySpan<byte> name))
            {
                return _reader.Fault;
            }

            userName = Encoding.UTF8.GetString(name);
        }

        bool isPasswordMissing = Version == ProtocolVersion.Mqtt31 && _reader.IsAtEnd;
        if (Has(ConnectFlags.Password) && !isPasswordMissing)
        {
            if (!_reader.TryReadBinary(out ReadOnlySpan<byte> bytes))
            {
                return _reader.Fault;
            }

            password = bytes.ToArray();
        }

        return null;
    }
}
