using Broker.CrashHarness.Facts;
using Broker.Protocol;
using Broker.TestKit;

namespace Broker.CrashHarness.Clients;

/// <summary>What a subscriber has got above the protocol, judged as it comes. Used under the client's lock.</summary>
internal sealed class Deliveries(RunContext context, string clientId, IReadOnlyList<SubscriptionFact> subscriptions)
{
    private readonly HashSet<SentMessage> _delivered = [];
    private readonly Dictionary<string, int> _lastNumbers = [];

    public int Count => _delivered.Count;

    /// <summary>Everything that had to come and did not yet.</summary>
    public HashSet<SentMessage> Missing() =>
    [
        .. context.Ledger.All.Where(m =>
            m is { IsAcked: true, IsRemoval: false } && !_delivered.Contains(m) &&
            subscriptions.Any(s => s.Matches(m.Topic) && s.MustDeliver(m))),
    ];

    public SentMessage? Take(ReceivedPublish packet)
    {
        if (!Payloads.TryRead(packet.Payload, out string publisher, out int number) ||
            context.Ledger.Find(publisher, number) is not { } message || message.Topic != packet.Topic)
        {
            Report("damaged", $"{packet.Topic} {PacketLine.HeadOf(packet)} was never published like this", null);
            return null;
        }
        Judge(message, packet);
        return message;
    }

    private void Judge(SentMessage message, ReceivedPublish packet)
    {
        SubscriptionFact? subscription = subscriptions.FirstOrDefault(s => s.Matches(message.Topic));
        if (subscription is null || !subscription.MayDeliver(message))
        {
            Report("not subscribed", $"got {message}", message);
            return;
        }
        QualityOfService qos = message.Qos < subscription.Qos ? message.Qos : subscription.Qos;
        if (packet.Qos != qos) Report("wrong QoS", $"got {message} with QoS {(int)packet.Qos} instead of {(int)qos}", message);
        if (!_delivered.Add(message))
        {
            if (qos == QualityOfService.ExactlyOnce) Report("duplicate", $"got {message} again, id {packet.PacketId}", message);
            return;
        }
        if (!subscription.MustDeliver(message)) return;
        int last = _lastNumbers.GetValueOrDefault(message.Topic);
        if (message.Number < last) Report("out of order", $"got {message} after #{last}", message);
        _lastNumbers[message.Topic] = Math.Max(last, message.Number);
    }

    private void Report(string kind, string text, SentMessage? message) =>
        context.Violations.Add(kind, clientId, text, message is null ? null : Words.Of(message));
}
