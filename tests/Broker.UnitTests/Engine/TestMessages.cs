using System.Text;
using Broker.Messages;
using Broker.Protocol;

namespace Broker.UnitTests.Engine;

/// <summary>Messages of which a test cares about few things.</summary>
internal static class TestMessages
{
    public static Message Of(
        string topic, QualityOfService qos = QualityOfService.AtMostOnce, string payload = "x", string? publisher = null) =>
        new(new Topic(topic), Encoding.UTF8.GetBytes(payload), 0) { Qos = qos, PublisherId = publisher };

    public static Message Retained(
        string topic, string payload = "x", long expiresAt = Message.NeverExpires, string? publisher = null,
        QualityOfService qos = QualityOfService.AtMostOnce, string? user = null) =>
        new(new Topic(topic), Encoding.UTF8.GetBytes(payload), 0)
        {
            Retain = true,
            PublisherUser = user,
            ExpiresAt = expiresAt,
            PublisherId = publisher,
            Qos = qos,
        };

    public static Message Expiring(string topic, long expiresAt, QualityOfService qos = QualityOfService.AtMostOnce) =>
        new(new Topic(topic), "x"u8.ToArray(), 0) { Qos = qos, ExpiresAt = expiresAt };

    public static string Text(this Message message) => Encoding.UTF8.GetString(message.Payload);
}
