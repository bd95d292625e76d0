using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Broker.Protocol.Properties;
using Broker.Protocol.Topics;

namespace Broker.Protocol.Packets;

/// <summary>SUBSCRIBE (MQTT 5.0 section 3.8).</summary>
/// <param name="PacketId">The packet identifier, not 0.</param>
/// <param name="SubscriptionId">5.0: the Subscription Identifier; 0 when absent.</param>
/// <param name="Requests">One or more, each a valid filter with valid options.</param>
public sealed record SubscribePacket(ushort PacketId, uint SubscriptionId, IReadOnlyList<SubscriptionRequest> Requests)
{
    /// <summary>5.0: user properties.</summary>
    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    /// <summary>Decodes the body of a SUBSCRIBE.</summary>
    /// <param name="body">What follows the fixed header, the whole of it.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="packet">The packet; null on failure.</param>
    /// <param name="fault">Why it was refused.</param>
    public static bool TryDecode(
        ReadOnlySpan<byte> body, ProtocolVersion version,
        [NotNullWhen(true)] out SubscribePacket? packet, [NotNullWhen(false)] out Fault? fault)
    {
        fault = Decode(body, version, out SubscribePacket decoded);
        packet = decoded;
        return fault is null;
    }

    /// <summary>Writes the packet.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="version">The version of the connection.</param>
    public void Write(IBufferWriter<byte> output, ProtocolVersion version)
    {
        ArgumentNullException.ThrowIfNull(output);
        var measure = new PropertyWriter();
        WriteProperties(ref measure);
        int remaining = 2 + WireWriter.PropertiesLength(version, measure.Length);
        foreach (SubscriptionRequest request in Requests)
        {
            remaining += WireWriter.Utf8Length(request.Filter) + 1;
        }

        int total = WireWriter.FrameLength(remaining);
        // SUBSCRIBE: 0x82 | remaining | packet id [| properties] | { filter | options }
        var writer = new WireWriter(output.GetSpan(total));
        writer.WriteFrameHeader(PacketType.Subscribe, 0x02, remaining);
        writer.WriteUInt16(PacketId);
        if (version == ProtocolVersion.Mqtt50)
        {
            var properties = new PropertyWriter(writer.TakeProperties(measure.Length));
            WriteProperties(ref properties);
        }

        foreach (SubscriptionRequest request in Requests)
        {
            writer.WriteUtf8(request.Filter);
            writer.WriteByte(version == ProtocolVersion.Mqtt50 ? request.Options : (byte)request.Qos);
        }

        output.Advance(total);
    }

    private static Fault? Decode(ReadOnlySpan<byte> body, ProtocolVersion version, out SubscribePacket packet)
    {
        packet = null!;
        var reader = new SpanReader(body);
        if (!reader.TryReadUInt16(out ushort packetId))
        {
            return reader.Fault;
        }

        if (packetId == 0)
        {
            return Faults.PacketIdZero;
        }

        uint subscriptionId = 0;
        List<UserProperty> user = [];
        if (version == ProtocolVersion.Mqtt50 && ReadProperties(ref reader, user, out subscriptionId) is { } fault)
        {
            return fault;
        }

        List<SubscriptionRequest> requests = [];
        while (!reader.IsAtEnd)
        {
            if (ReadRequest(ref reader, version, requests) is { } refusal)
            {
                return refusal;
            }
        }

        if (requests.Count == 0)
        {
            return Faults.SubscribeWithoutFilter;
        }

        packet = new SubscribePacket(packetId, subscriptionId, requests) { UserProperties = user };
        return null;
    }

    private static Fault? ReadProperties(ref SpanReader reader, List<UserProperty> user, out uint subscriptionId)
    {
        subscriptionId = 0;
        if (!reader.TryReadProperties(out ReadOnlySpan<byte> block))
        {
            return reader.Fault;
        }

        var properties = new PropertyReader(block, PropertyOwners.Subscribe);
        while (properties.MoveNext())
        {
            switch (properties.Id)
            {
                case PropertyId.SubscriptionIdentifier:
                    subscriptionId = properties.Number;
                    break;
                case PropertyId.UserProperty:
                    user.Add(properties.User);
                    break;
            }
        }

        return properties.Fault;
    }

    private static Fault? ReadRequest(ref SpanReader reader, ProtocolVersion version, List<SubscriptionRequest> requests)
    {
        if (!reader.TryReadUtf8(out ReadOnlySpan<byte> utf8) || !reader.TryReadByte(out byte options))
        {
            return reader.Fault;
        }

        var request = new SubscriptionRequest(Encoding.UTF8.GetString(utf8), options);
        requests.Add(request);
        return TopicFilter.Check(request.Filter) ?? CheckOptions(request, version);
    }

    private static Fault? CheckOptions(SubscriptionRequest request, ProtocolVersion version)
    {
        int reserved = version == ProtocolVersion.Mqtt50 ? 0xC0 : 0xFC;
        if ((request.Options & reserved) != 0)
        {
            return Faults.SubscriptionOptionsReserved;
        }

        if ((request.Options & 0x03) == 0x03)
        {
            return Faults.SubscriptionQosInvalid;
        }

        if (request.RetainHandling == 3)
        {
            return Faults.RetainHandlingInvalid;
        }

        return request.NoLocal && SharedFilter.IsShared(request.Filter) ? Faults.NoLocalOnSharedSubscription : null;
    }

    private void WriteProperties(ref PropertyWriter properties)
    {
        properties.Number(PropertyId.SubscriptionIdentifier, SubscriptionId == 0 ? null : SubscriptionId);
        properties.User(UserProperties);
    }
}
