using System.Text;
using Broker.TestKit;

namespace Broker.ConformanceTests.Model;

/// <summary>What one client received, as text that can be compared.</summary>
internal static class Deliveries
{
    private const int PayloadCharactersShown = 8;

    /// <summary>A delivery of the model as a client of this version sees it.</summary>
    public static ReceivedPublish AsSeen(ModelDelivery delivery, bool isV5, long now)
    {
        ModelMessage message = delivery.Message;
        return new ReceivedPublish
        {
            Topic = message.Topic,
            Payload = Encoding.UTF8.GetBytes(message.Payload),
            Qos = delivery.Qos,
            Retain = delivery.Retain,
            Dup = delivery.Dup,
            SubscriptionIds = isV5 ? delivery.Ids : [],
            // What was sent before it expired goes on to its end.
            MessageExpirySeconds =
                isV5 && message.ExpiresAt != long.MaxValue ? (uint)Math.Max(1, message.ExpiresAt - now) : null,
        };
    }

    /// <summary>
    /// In the order that is owed: by publisher, topic and QoS [MQTT-4.6.0-6]. Copies of a message that come one after the other
    /// may have any order among them.
    /// </summary>
    public static string[] InOwedOrder(IEnumerable<ReceivedPublish> received)
    {
        var lines = new List<(string Lane, int Run, string Line)>();
        foreach (var lane in received.GroupBy(each => $"{PublisherOf(each)} {each.Topic} {each.Qos}"))
        {
            int run = 0;
            string previous = "";
            foreach (ReceivedPublish each in lane)
            {
                if (each.Text != previous) run++;
                previous = each.Text;
                lines.Add((lane.Key, run, Describe(each)));
            }
        }
        return [.. lines.Order().Select(each => each.Line)];
    }

    /// <summary>A payload in a few characters.</summary>
    public static string Short(string payload) =>
        payload.Length <= PayloadCharactersShown ? payload : $"{payload[..PayloadCharactersShown]}({payload.Length})";

    // Payloads begin with the publisher's client id, which is one letter.
    private static string PublisherOf(ReceivedPublish received) => received.Payload.Length == 0 ? "" : received.Text[..1];

    private static string Describe(ReceivedPublish received) =>
        $"{received.Topic} '{Short(received.Text)}' q{(int)received.Qos}{(received.Retain ? " retain" : "")}" +
        $"{(received.Dup ? " dup" : "")}{string.Concat(received.SubscriptionIds.Order().Select(id => $" id {id}"))}" +
        $"{(received.MessageExpirySeconds is { } seconds ? $" expires in {seconds}" : "")}";
}
