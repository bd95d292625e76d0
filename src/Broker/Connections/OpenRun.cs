using System.Runtime.InteropServices;
using Broker.Messages;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Routing;

namespace Broker.Connections;

/// <summary>
/// Publications that were handled and are not routed yet: as long as they go to the same topic with the same QoS they are routed
/// together, which costs each receiver once what else it would cost a message. Belongs to a read batch.
/// </summary>
internal sealed class OpenRun
{
    /// <summary>
    /// Topic, properties and payload of what is in a run, at most: its receivers may have it in their output at the same time. A
    /// payload that is larger alone goes by the queues.
    /// </summary>
    private const int BytesMax = 16 * 1024;

    private readonly List<PublicationPart> _parts = [];
    private readonly List<long> _tickets = [];
    private TopicRoute? _route;
    private int _bytes;

    public int Count => _parts.Count;

    /// <summary>Those that somebody keeps.</summary>
    public RunMessages Messages { get; } = new();

    public ReadOnlySpan<PublicationPart> Parts => CollectionsMarshal.AsSpan(_parts);

    /// <summary>What must be durable before each is answered.</summary>
    public Span<long> Tickets => CollectionsMarshal.AsSpan(_tickets);

    public Topic Topic => _route!.Topic;

    /// <summary>Who gets them.</summary>
    public MatchResult Match { get; private set; } = null!;

    /// <summary>QoS as published.</summary>
    public QualityOfService Qos { get; private set; }

    /// <summary>Whether a publication may be in a run at all.</summary>
    public static bool Takes(in PublishPacket packet) =>
        packet.Qos != QualityOfService.ExactlyOnce && !packet.Retain && !packet.HasMessageExpiry
        && packet.HasOnlyForwardedProperties && !packet.Payload.IsEmpty
        && packet.Properties.Length + packet.Payload.Length <= BytesMax;

    /// <summary>Whether it goes where those in the run go.</summary>
    public bool Fits(in PublishPacket packet, TopicRoute route) =>
        _route == route && Match == route.Match && !Match.RepeatsSession && Qos == packet.Qos
        && _bytes + BytesOf(in packet, route) <= BytesMax;

    /// <summary>Takes a publication that fits, or the first.</summary>
    /// <param name="packet">What.</param>
    /// <param name="route">Where to.</param>
    /// <param name="payloadStart">Where its payload begins in the buffer.</param>
    public void Add(in PublishPacket packet, TopicRoute route, int payloadStart)
    {
        (_route, Match, Qos) = (route, route.Match, packet.Qos);
        _bytes += BytesOf(in packet, route);
        _parts.Add(new PublicationPart(payloadStart, packet.Payload.Length, packet.Properties.Length, packet.PacketId));
        _tickets.Add(0);
    }

    public void Clear()
    {
        _parts.Clear();
        _tickets.Clear();
        Messages.Clear();
        _bytes = 0;
        _route = null;
        Match = null!;
    }

    private static int BytesOf(in PublishPacket packet, TopicRoute route) =>
        route.Topic.Utf8.Length + packet.Properties.Length + packet.Payload.Length;
}
