using System.Globalization;
using System.Text;
using Broker.Protocol.Properties;

namespace Broker.IntegrationTests.Compatibility;

/// <summary>Properties by the names of the specification, <c>session-expiry-interval=60</c>, into bytes and back.</summary>
internal static class PropertyNames
{
    private static readonly Dictionary<string, PropertyRule> ByName = PropertyTable.All.ToDictionary(rule => NameOf(rule.Id));

    /// <summary>Appends a property.</summary>
    /// <returns>Whether there is one of this name.</returns>
    public static bool TryAppend(WireBytes output, string name, string value)
    {
        if (!ByName.TryGetValue(name, out PropertyRule? rule)) return false;
        output.Byte((int)rule.Id);
        switch (rule.Type)
        {
            case PropertyType.Byte:
                output.Byte((int)Number(value));
                break;
            case PropertyType.TwoByteInteger:
                output.TwoBytes((int)Number(value));
                break;
            case PropertyType.FourByteInteger:
                output.FourBytes(Number(value));
                break;
            case PropertyType.VariableByteInteger:
                output.VariableInteger(Number(value));
                break;
            case PropertyType.Utf8Pair:
                string[] pair = value.Split(':', 2);
                output.Text(pair[0]).Text(pair[1]);
                break;
            default:
                output.Text(value);
                break;
        }
        return true;
    }

    /// <summary>A block of properties as words, in the order of their identifiers; null when it is malformed.</summary>
    public static IReadOnlyList<string>? TryDescribe(ReadOnlySpan<byte> block, PropertyOwners owner)
    {
        List<(PropertyId Id, string Text)> found = [];
        var properties = new PropertyReader(block, owner);
        while (properties.MoveNext())
            // A sentence for people; no two brokers have the same.
            if (properties.Id != PropertyId.ReasonString)
                found.Add((properties.Id, $"{NameOf(properties.Id)}={Value(properties)}"));
        return properties.Fault is null ? [.. found.OrderBy(each => each.Id).Select(each => each.Text)] : null;
    }

    private static string Value(in PropertyReader property)
    {
        switch (PropertyTable.Find((uint)property.Id)!.Type)
        {
            case PropertyType.Utf8Pair:
                return $"{property.User.Name}:{property.User.Value}";
            case PropertyType.Utf8 or PropertyType.Binary:
                // Each broker has its own idea of a name that nobody asked for.
                return property.Id == PropertyId.AssignedClientIdentifier ? "(assigned)" : $"'{property.Text}'";
            default:
                return Rounded(property.Id, property.Number).ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>What is left of an interval depends on how fast the test ran: above 10 s it counts in tens, rounded up.</summary>
    private static uint Rounded(PropertyId id, uint value) =>
        id == PropertyId.MessageExpiryInterval && value > 10 ? (value + 9) / 10 * 10 : value;

    private static uint Number(string value) => uint.Parse(value, CultureInfo.InvariantCulture);

    private static string NameOf(PropertyId id)
    {
        var name = new StringBuilder();
        foreach (char c in id.ToString())
            name.Append(char.IsUpper(c) && name.Length > 0 ? "-" : "").Append(char.ToLowerInvariant(c));
        return name.ToString();
    }
}
