using Broker.Protocol.Properties;

namespace Broker.Messages;

/// <summary>Whether a message has more User Properties than <c>max_user_properties</c> (MQTT 5.0 section 3.3.2.3.7).</summary>
internal static class UserPropertyLimit
{
    /// <summary>Identifier and the lengths of an empty name and an empty value.</summary>
    private const int BytesMin = 5;

    /// <param name="properties">The property block of a PUBLISH, validated, without its length.</param>
    /// <param name="countMax">0: no limit.</param>
    public static bool IsExceeded(ReadOnlySpan<byte> properties, int countMax)
    {
        if (countMax == 0 || properties.Length / BytesMin <= countMax) return false;
        int count = 0;
        var reader = new PropertyReader(properties, PropertyOwners.Publish);
        while (reader.MoveNext())
        {
            if (reader.Id == PropertyId.UserProperty) count++;
        }
        return count > countMax;
    }
}
