using System.Buffers;
using Broker.Protocol.Properties;

namespace Broker.Protocol.Packets;

/// <summary>Writes CONNECT.</summary>
internal static class ConnectEncoder
{
    public static void Write(IBufferWriter<byte> output, ConnectPacket packet)
    {
        ArgumentNullException.ThrowIfNull(output);
        var properties = new PropertyWriter();
        packet.WriteProperties(ref properties);
        var willProperties = new PropertyWriter();
        WriteWillProperties(ref willProperties, packet.Will);

        int remaining = RemainingLength(packet, properties.Length, willProperties.Length);
        int total = WireWriter.FrameLength(remaining);
        // CONNECT: 0x10 | remaining | name | level | flags | keep alive [| properties] | client id [| will] [| user] [| password]
        var writer = new WireWriter(output.GetSpan(total));
        writer.WriteFrameHeader(PacketType.Connect, 0, remaining);
        writer.WriteUtf8(NameOf(packet.Version));
        writer.WriteByte((byte)((int)packet.Version | (packet.IsBridge ? 0x80 : 0)));
        writer.WriteByte((byte)FlagsOf(packet));
        writer.WriteUInt16(packet.KeepAliveSeconds);
        if (packet.Version == ProtocolVersion.Mqtt50)
        {
            var block = new PropertyWriter(writer.TakeProperties(properties.Length));
            packet.WriteProperties(ref block);
        }

        writer.WriteUtf8(packet.ClientId);
        WriteWill(ref writer, packet, willProperties.Length);
        if (packet.UserName is not null)
        {
            writer.WriteUtf8(packet.UserName);
        }

        if (packet.Password is { } password)
        {
            writer.WriteBinary(password.Span);
        }

        output.Advance(total);
    }

    private static string NameOf(ProtocolVersion version) => version == ProtocolVersion.Mqtt31 ? "MQIsdp" : "MQTT";

    private static int RemainingLength(ConnectPacket packet, int propertiesLength, int willPropertiesLength)
    {
        int length = WireWriter.Utf8Length(NameOf(packet.Version)) + 4
            + WireWriter.PropertiesLength(packet.Version, propertiesLength)
            + WireWriter.Utf8Length(packet.ClientId);
        if (packet.Will is { } will)
        {
            length += WireWriter.PropertiesLength(packet.Version, willPropertiesLength)
                + WireWriter.Utf8Length(will.Topic) + 2 + will.Payload.Length;
        }

        length += packet.UserName is null ? 0 : WireWriter.Utf8Length(packet.UserName);
        return length + (packet.Password is { } password ? 2 + password.Length : 0);
    }

    private static ConnectFlags FlagsOf(ConnectPacket packet)
    {
        ConnectFlags flags = packet.CleanStart ? ConnectFlags.CleanStart : ConnectFlags.None;
        flags |= packet.UserName is null ? ConnectFlags.None : ConnectFlags.UserName;
        flags |= packet.Password is null ? ConnectFlags.None : ConnectFlags.Password;
        if (packet.Will is { } will)
        {
            flags |= ConnectFlags.Will | (ConnectFlags)((int)will.Qos << 3);
            flags |= will.Retain ? ConnectFlags.WillRetain : ConnectFlags.None;
        }

        return flags;
    }

    private static void WriteWill(ref WireWriter writer, ConnectPacket packet, int propertiesLength)
    {
        if (packet.Will is not { } will)
        {
            return;
        }

        if (packet.Version == ProtocolVersion.Mqtt50)
        {
            var block = new PropertyWriter(writer.TakeProperties(propertiesLength));
            WriteWillProperties(ref block, will);
        }

        writer.WriteUtf8(will.Topic);
        writer.WriteBinary(will.Payload.Span);
    }

    private static void WriteWillProperties(ref PropertyWriter properties, WillMessage? will)
    {
        if (will is null)
        {
            return;
        }

        properties.Raw(will.ForwardedProperties.Span);
        properties.Number(PropertyId.WillDelayInterval, will.DelaySeconds == 0 ? null : will.DelaySeconds);
        properties.Number(PropertyId.MessageExpiryInterval, will.MessageExpirySeconds);
    }
}
