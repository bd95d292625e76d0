using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Broker.Protocol.Properties;

namespace Broker.Protocol.Packets;

/// <summary>AUTH, of 5.0 only (MQTT 5.0 section 3.15).</summary>
public sealed record AuthPacket
{
    /// <summary>Success, continue or re-authenticate.</summary>
    public ReasonCode ReasonCode { get; init; }

    /// <summary>The method; null only in the form without a body.</summary>
    public string? AuthenticationMethod { get; init; }

    /// <summary>Data of that method; null when absent.</summary>
    public ReadOnlyMemory<byte>? AuthenticationData { get; init; }

    /// <summary>For people: why.</summary>
    public string? ReasonString { get; init; }

    /// <summary>User properties.</summary>
    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    /// <summary>Decodes the body of an AUTH.</summary>
    /// <param name="body">What follows the fixed header, the whole of it.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="packet">The packet; null on failure.</param>
    /// <param name="fault">Why it was refused.</param>
    public static bool TryDecode(
        ReadOnlySpan<byte> body, ProtocolVersion version,
        [NotNullWhen(true)] out AuthPacket? packet, [NotNullWhen(false)] out Fault? fault)
    {
        fault = Decode(body, version, out AuthPacket decoded);
        packet = decoded;
        return fault is null;
    }

    /// <summary>Writes the packet in its shortest form.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="version">5.0; there is no AUTH before it.</param>
    public void Write(IBufferWriter<byte> output, ProtocolVersion version)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfNotEqual(version, ProtocolVersion.Mqtt50);
        var measure = new PropertyWriter();
        WriteProperties(ref measure);
        bool hasBody = ReasonCode != ReasonCode.Success || measure.Length > 0;
        int remaining = hasBody ? 1 + WireWriter.PropertiesLength(version, measure.Length) : 0;
        int total = WireWriter.FrameLength(remaining);

        // AUTH: 0xF0 | remaining [| reason | properties]
        var writer = new WireWriter(output.GetSpan(total));
        writer.WriteFrameHeader(PacketType.Auth, 0, remaining);
        if (hasBody)
        {
            writer.WriteByte((byte)ReasonCode);
            var properties = new PropertyWriter(writer.TakeProperties(measure.Length));
            WriteProperties(ref properties);
        }

        output.Advance(total);
    }

    private static Fault? Decode(ReadOnlySpan<byte> body, ProtocolVersion version, out AuthPacket packet)
    {
        packet = null!;
        if (version != ProtocolVersion.Mqtt50)
        {
            return Faults.AuthBeforeV5;
        }

        if (body.IsEmpty)
        {
            packet = new AuthPacket();
            return null;
        }

        var reader = new SpanReader(body);
        reader.TryReadByte(out byte code);
        var draft = new AuthPacket { ReasonCode = (ReasonCode)code };
        if (!ReasonCodes.IsAllowed(PacketType.Auth, draft.ReasonCode))
        {
            return Faults.AuthReasonInvalid;
        }

        if (ReadProperties(ref reader, ref draft) is { } fault)
        {
            return fault;
        }

        if (!reader.IsAtEnd)
        {
            return Faults.TrailingBytes;
        }

        if (draft.AuthenticationMethod is null)
        {
            return Faults.AuthWithoutMethod;
        }

        packet = draft;
        return null;
    }

    private static Fault? ReadProperties(ref SpanReader reader, ref AuthPacket packet)
    {
        if (!reader.TryReadProperties(out ReadOnlySpan<byte> block))
        {
            return reader.Fault;
        }

        List<UserProperty> user = [];
        var properties = new PropertyReader(block, PropertyOwners.Auth);
        while (properties.MoveNext())
        {
            switch (properties.Id)
            {
                case PropertyId.AuthenticationMethod:
                    packet = packet with { AuthenticationMethod = properties.Text };
                    break;
                case PropertyId.AuthenticationData:
                    packet = packet with { AuthenticationData = properties.Bytes.ToArray() };
                    break;
                case PropertyId.ReasonString:
                    packet = packet with { ReasonString = properties.Text };
                    break;
                case PropertyId.UserProperty:
                    user.Add(properties.User);
                    break;
            }
        }

        packet = packet with { UserProperties = user };
        return properties.Fault;
    }

    private void WriteProperties(ref PropertyWriter properties)
    {
        properties.Text(PropertyId.AuthenticationMethod, AuthenticationMethod);
        properties.Binary(PropertyId.AuthenticationData, AuthenticationData);
        properties.Text(PropertyId.ReasonString, ReasonString);
        properties.User(UserProperties);
    }
}
