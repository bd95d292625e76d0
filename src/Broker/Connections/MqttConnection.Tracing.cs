using Broker.Diagnostics;
using Broker.Messages;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Sessions;

namespace Broker.Connections;

// What is told to who follows a trace. Called only while somebody does.
internal sealed partial class MqttConnection
{
    /// <summary>A PUBLISH was let in, or not.</summary>
    /// <param name="audience">Whom to tell.</param>
    /// <param name="packet">It.</param>
    /// <param name="topic">Its topic, mount point included.</param>
    /// <param name="refusal">Why not; None: it was.</param>
    public void TellReceived(TraceAudience audience, in PublishPacket packet, Topic topic, DropReason refusal) =>
        audience.Tell(new TraceEvent(
            refusal == DropReason.None ? TraceWord.Accepted : TraceWord.Refused, Parameters!.ClientId, topic.Name)
        {
            Address = Address,
            PublisherId = Parameters.ClientId,
            Qos = (int)packet.Qos,
            PacketId = packet.Qos == QualityOfService.AtMostOnce ? null : packet.PacketId,
            Bytes = packet.Payload.Length,
            Dup = packet.Dup ? true : null,
            Cause = refusal == DropReason.None ? null : TraceAudience.CauseOf(refusal),
        });

    /// <summary>A filter was subscribed to, or not.</summary>
    /// <param name="audience">Whom to tell.</param>
    /// <param name="filter">It, mount point included.</param>
    /// <param name="granted">What SUBACK says.</param>
    public void TellSubscribed(TraceAudience audience, string filter, ReasonCode granted) =>
        audience.Tell(new TraceEvent(TraceWord.Subscribe, Parameters!.ClientId, filter)
        {
            Address = Address,
            Qos = granted <= ReasonCode.GrantedQos2 ? (int)granted : null,
            Cause = granted <= ReasonCode.GrantedQos2 ? null : SnakeCase.Of($"{granted}"),
        });

    /// <summary>A filter is not subscribed to any more.</summary>
    /// <param name="audience">Whom to tell.</param>
    /// <param name="filter">It, mount point included.</param>
    /// <param name="wasThere">Whether it was.</param>
    public void TellUnsubscribed(TraceAudience audience, string filter, bool wasThere) =>
        audience.Tell(new TraceEvent(TraceWord.Unsubscribe, Parameters!.ClientId, filter)
        {
            Address = Address,
            Cause = wasThere ? null : SnakeCase.Of(nameof(ReasonCode.NoSubscriptionExisted)),
        });

    private void TellConnected(TraceAudience audience) =>
        audience.Tell(new TraceEvent(TraceWord.Connect, Parameters!.ClientId, Topic: null) { Address = Address });

    private void TellRefused(TraceAudience audience, string clientId, CloseReason refusal) =>
        audience.Tell(new TraceEvent(TraceWord.ConnectRefused, clientId.Length == 0 ? null : clientId, Topic: null)
        {
            Address = Address,
            Cause = SnakeCase.Of($"{refusal.Code}"),
        });

    private void TellClosed(TraceAudience audience, CloseReason reason) =>
        audience.Tell(new TraceEvent(TraceWord.Disconnect, Session!.ClientId, Topic: null)
        {
            Address = Address,
            Cause = SnakeCase.Of($"{reason.Kind}"),
        });

    private void Tell(TraceAudience audience, in OutgoingItem item, DropReason drop)
    {
        OutboxEntry entry = item.Entry;
        audience.Tell(Session!.Describe(drop == DropReason.None ? TraceWord.Sent : TraceWord.Dropped, in entry) with
        {
            Address = Address,
            Dup = item.Dup ? true : null,
            Cause = drop == DropReason.None ? null : TraceAudience.CauseOf(drop),
        });
    }
}
