using Broker.Protocol.Properties;

namespace Broker.Protocol.Packets;

/// <summary>
/// The properties that every answer may carry, a reason string and user properties: read and written in one place.
/// </summary>
internal readonly record struct ReasonProperties(string? ReasonString, IReadOnlyList<UserProperty> UserProperties)
{
    public static readonly ReasonProperties None = new(null, []);

    /// <summary>Reads a block that may hold nothing else; before 5.0 there is none to read.</summary>
    public static Fault? Read(ref SpanReader reader, ProtocolVersion version, PacketType type, out ReasonProperties values)
    {
        values = None;
        if (version != ProtocolVersion.Mqtt50)
        {
            return null;
        }

        if (!reader.TryReadProperties(out ReadOnlySpan<byte> block))
        {
            return reader.Fault;
        }

        string? reasonString = null;
        List<UserProperty> user = [];
        var properties = new PropertyReader(block, (PropertyOwners)(1 << (int)type));
        while (properties.MoveNext())
        {
            switch (properties.Id)
            {
                case PropertyId.ReasonString:
                    reasonString = properties.Text;
                    break;
                case PropertyId.UserProperty:
                    user.Add(properties.User);
                    break;
            }
        }

        values = new ReasonProperties(reasonString, user);
        return properties.Fault;
    }

    /// <summary>Bytes of the block without its length prefix.</summary>
    public int Measure()
    {
        var properties = new PropertyWriter();
        Write(ref properties);
        return properties.Length;
    }

    /// <summary>Writes the block into <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        var properties = new PropertyWriter(destination);
        Write(ref properties);
    }

    private void Write(ref PropertyWriter properties)
    {
        properties.Text(PropertyId.ReasonString, ReasonString);
        properties.User(UserProperties);
    }
}
