using Broker.Protocol;
using Broker.Protocol.Properties;

namespace Broker.Admin;

/// <summary>Properties of MQTT 5.0 that a message is forwarded with.</summary>
/// <param name="PayloadIsText">Payload Format Indicator 1; null: it has none.</param>
/// <param name="ContentType">Null: none.</param>
/// <param name="ResponseTopic">Null: none.</param>
/// <param name="CorrelationData">Null: none.</param>
/// <param name="UserProperties">In their order.</param>
internal sealed record PropertiesView(
    bool? PayloadIsText, string? ContentType, string? ResponseTopic, byte[]? CorrelationData,
    IReadOnlyList<UserProperty> UserProperties)
{
    /// <param name="encoded">As a message has them.</param>
    public static PropertiesView Of(ReadOnlySpan<byte> encoded)
    {
        PropertiesView view = new(null, null, null, null, []);
        List<UserProperty> users = [];
        PropertyReader reader = new(encoded, PropertyOwners.Publish);
        while (reader.MoveNext())
        {
            switch (reader.Id)
            {
                case PropertyId.PayloadFormatIndicator:
                    view = view with { PayloadIsText = reader.Number == 1 };
                    break;
                case PropertyId.ContentType:
                    view = view with { ContentType = reader.Text };
                    break;
                case PropertyId.ResponseTopic:
                    view = view with { ResponseTopic = reader.Text };
                    break;
                case PropertyId.CorrelationData:
                    view = view with { CorrelationData = reader.Bytes.ToArray() };
                    break;
                case PropertyId.UserProperty:
                    users.Add(reader.User);
                    break;
                default:
                    break;
            }
        }
        return view with { UserProperties = users };
    }
}
