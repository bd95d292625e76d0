using System.Globalization;
using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Protocol.Properties;
using Broker.TestKit;

namespace Broker.IntegrationTests.Compatibility;

/// <summary>A packet from a broker, as words that can be compared.</summary>
/// <param name="Type">Its type; reserved for what is no packet.</param>
/// <param name="Topic">That of a PUBLISH, else empty.</param>
/// <param name="BrokerPacketId">The packet id where the broker chose it, else 0.</param>
/// <param name="IsRefusal">A CONNACK that lets nobody in.</param>
/// <param name="Text">Everything it says, with <see cref="IdMark"/> in the place of that packet id.</param>
internal sealed record Answer(PacketType Type, string Topic, ushort BrokerPacketId, bool IsRefusal, string Text)
{
    private const int PayloadCharactersMax = 40;

    public const string IdMark = "#?";

    /// <summary>The end of the connection, when the broker ended it.</summary>
    public static readonly Answer End = Said("closed");

    /// <summary>What is noted of a broker rather than received from it.</summary>
    public static Answer Said(string text) => new(PacketType.Reserved, "", 0, false, text);

    /// <summary>Reads a whole packet.</summary>
    public static Answer From(byte[] frame, ProtocolVersion version)
    {
        FrameReader.TryRead(frame, 0, version, out FrameHeader header, out _);
        var reader = new SpanReader(frame.AsSpan(header.HeaderLength));
        bool hasProperties = version == ProtocolVersion.Mqtt50;
        Answer? answer = header.Type switch
        {
            PacketType.ConnAck => ConnAck(ref reader, hasProperties),
            PacketType.Publish => Publish(header.Flags, ref reader, hasProperties),
            PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp => Ack(header.Type, ref reader),
            PacketType.SubAck or PacketType.UnsubAck => Granted(header.Type, ref reader, hasProperties),
            PacketType.PingResp when reader.IsAtEnd => new Answer(header.Type, "", 0, false, Name(header.Type)),
            PacketType.Disconnect or PacketType.Auth when hasProperties => Ending(header.Type, ref reader),
            _ => null,
        };
        return answer ?? Said($"malformed: {WireText.Format(frame)}");
    }

    // CONNACK: flags | code [| properties]
    private static Answer? ConnAck(ref SpanReader reader, bool hasProperties)
    {
        if (!reader.TryReadByte(out byte flags) || !reader.TryReadByte(out byte code)) return null;
        // Who asks for a version that a broker does not speak may be answered in another one.
        bool isForm5 = !reader.IsAtEnd;
        string form = isForm5 == hasProperties ? "" : isForm5 ? " (in the form of 5.0)" : " (in the form of 3.1.1)";
        if (Properties(ref reader, PropertyOwners.ConnAck, isForm5) is not { } properties || !reader.IsAtEnd) return null;
        string session = flags switch { 0 => "", 1 => " session-present", _ => $" flags={flags:x2}" };
        string reason = isForm5 ? Reason(code) : $"0x{code:X2} {ReturnCodes.ToReason(code)}";
        return new Answer(PacketType.ConnAck, "", 0, code != 0, $"CONNACK {reason}{session}{properties}{form}");
    }

    // PUBLISH: topic [| packet id] [| properties] | payload
    private static Answer? Publish(byte flags, ref SpanReader reader, bool hasProperties)
    {
        ushort id = 0;
        int qos = (flags >> 1) & 3;
        if (!reader.TryReadUtf8(out ReadOnlySpan<byte> topic) || (qos > 0 && !reader.TryReadUInt16(out id))) return null;
        if (Properties(ref reader, PropertyOwners.Publish, hasProperties) is not { } properties) return null;
        string name = Encoding.UTF8.GetString(topic);
        string retain = (flags & 1) != 0 ? " retain" : "", dup = (flags & 8) != 0 ? " dup" : "";
        string bits = $"qos={qos}{(qos > 0 ? " " + IdMark : "")}{retain}{dup}";
        return new Answer(PacketType.Publish, name, id, false, $"PUBLISH '{name}' {Payload(reader.Rest)} {bits}{properties}");
    }

    // PUBACK and its like: packet id [| reason [| properties]]
    private static Answer? Ack(PacketType type, ref SpanReader reader)
    {
        if (!reader.TryReadUInt16(out ushort id)) return null;
        if (ReasonAndProperties(type, ref reader) is not { } reason) return null;
        return type == PacketType.PubRel
            ? new Answer(type, "", id, false, $"{Name(type)} {IdMark}{reason}")
            : new Answer(type, "", 0, false, $"{Name(type)} {id}{reason}");
    }

    // SUBACK, UNSUBACK: packet id [| properties] | codes
    private static Answer? Granted(PacketType type, ref SpanReader reader, bool hasProperties)
    {
        if (!reader.TryReadUInt16(out ushort id)) return null;
        if (Properties(ref reader, (PropertyOwners)(1 << (int)type), hasProperties) is not { } properties) return null;
        var codes = new StringBuilder();
        foreach (byte code in reader.Rest) codes.Append(CultureInfo.InvariantCulture, $" {(code < 3 ? code : Reason(code))}");
        return new Answer(type, "", 0, false, $"{Name(type)} {id}:{codes}{properties}");
    }

    // DISCONNECT, AUTH: [reason [| properties]]
    private static Answer? Ending(PacketType type, ref SpanReader reader) =>
        ReasonAndProperties(type, ref reader) is { } reason ? new Answer(type, "", 0, false, Name(type) + reason) : null;

    /// <summary>A reason and its absence mean the same when it is success.</summary>
    private static string? ReasonAndProperties(PacketType type, ref SpanReader reader)
    {
        if (reader.IsAtEnd) return "";
        if (!reader.TryReadByte(out byte code)) return null;
        string? properties = reader.IsAtEnd ? "" : Properties(ref reader, (PropertyOwners)(1 << (int)type), true);
        return properties is null || !reader.IsAtEnd ? null : (code == 0 ? "" : " " + Reason(code)) + properties;
    }

    private static string? Properties(ref SpanReader reader, PropertyOwners owner, bool hasProperties)
    {
        if (!hasProperties) return "";
        if (!reader.TryReadProperties(out ReadOnlySpan<byte> block)) return null;
        return PropertyNames.TryDescribe(block, owner) is { } words ? string.Concat(words.Select(word => " " + word)) : null;
    }

    private static string Payload(ReadOnlySpan<byte> payload)
    {
        string text = Encoding.UTF8.GetString(payload);
        return text.Length > PayloadCharactersMax ? $"({payload.Length} bytes)" : $"'{text}'";
    }

    private static string Reason(byte code) => $"0x{code:X2} {(ReasonCode)code}";

    private static string Name(PacketType type) => type.ToString().ToUpperInvariant();
}
