using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Protocol.Properties;

namespace Broker.TestKit;

/// <summary>A PUBLISH from the broker, copied out of the buffer it came in.</summary>
public sealed record ReceivedPublish
{
    /// <summary>As on the wire: empty when only a topic alias was sent.</summary>
    public required string Topic { get; init; }

    public required byte[] Payload { get; init; }

    public QualityOfService Qos { get; init; }

    public bool Retain { get; init; }

    public bool Dup { get; init; }

    /// <summary>0 with QoS 0.</summary>
    public ushort PacketId { get; init; }

    /// <summary>0: none.</summary>
    public ushort TopicAlias { get; init; }

    public uint? MessageExpirySeconds { get; init; }

    public byte? PayloadFormatIndicator { get; init; }

    public string? ContentType { get; init; }

    public string? ResponseTopic { get; init; }

    public byte[]? CorrelationData { get; init; }

    public IReadOnlyList<uint> SubscriptionIds { get; init; } = [];

    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    /// <summary>The payload as UTF-8 text.</summary>
    public string Text => Encoding.UTF8.GetString(Payload);

    public override string ToString() =>
        $"PUBLISH {Topic} \"{Text}\" q{(int)Qos}{(Retain ? " retain" : "")}{(Dup ? " dup" : "")} id {PacketId}";

    internal static ReceivedPublish From(in PublishPacket packet)
    {
        var received = new ReceivedPublish
        {
            Topic = Encoding.UTF8.GetString(packet.TopicUtf8),
            Payload = packet.Payload.ToArray(),
            Qos = packet.Qos,
            Retain = packet.Retain,
            Dup = packet.Dup,
            PacketId = packet.PacketId,
            TopicAlias = packet.TopicAlias,
            MessageExpirySeconds = packet.HasMessageExpiry ? packet.MessageExpirySeconds : null,
        };
        List<uint> subscriptions = [];
        List<UserProperty> user = [];
        var properties = new PropertyReader(packet.Properties, PropertyOwners.Publish);
        while (properties.MoveNext())
        {
            switch (properties.Id)
            {
                case PropertyId.PayloadFormatIndicator:
                    received = received with { PayloadFormatIndicator = (byte)properties.Number };
                    break;
                case PropertyId.ContentType:
                    received = received with { ContentType = properties.Text };
                    break;
                case PropertyId.ResponseTopic:
                    received = received with { ResponseTopic = properties.Text };
                    break;
                case PropertyId.CorrelationData:
                    received = received with { CorrelationData = properties.Bytes.ToArray() };
                    break;
                case PropertyId.SubscriptionIdentifier:
                    subscriptions.Add(properties.Number);
                    break;
                case PropertyId.UserProperty:
                    user.Add(properties.User);
                    break;
            }
        }
        return received with { SubscriptionIds = subscriptions, UserProperties = user };
    }
}
