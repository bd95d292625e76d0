using System.Runtime.CompilerServices;
using Broker.Protocol;

namespace Broker.Diagnostics;

/// <summary>
/// What one thread has moved, in plain numbers that only this thread makes larger: no lock, no fence, and no cache line that
/// another thread writes to. Who asks reads the numbers of all threads and adds them up (<see cref="Traffic.Total"/>).
/// </summary>
internal sealed class TrafficCounts
{
    // DUP is the highest bit of what is left of the flags without RETAIN, then comes the QoS.
    private const int DupOffset = 4;

    private long _payloadBytesReceived;
    private long _payloadBytesSent;
    private long _matched;
    private long _replayed;
    private long _completedQos1;
    private long _completedQos2;
    private PacketCounts _received;
    private PacketCounts _sent;

    /// <param name="owner">Whose numbers these are.</param>
    public TrafficCounts(Traffic owner) => Owner = owner;

    public Traffic Owner { get; }

    /// <summary>Payload bytes of PUBLISHes from clients.</summary>
    public long PayloadBytesReceived => Volatile.Read(ref _payloadBytesReceived);

    /// <summary>Payload bytes of PUBLISHes to clients.</summary>
    public long PayloadBytesSent => Volatile.Read(ref _payloadBytesSent);

    /// <summary>Subscriptions that accepted messages matched: each is a delivery that is owed.</summary>
    public long Matched => Volatile.Read(ref _matched);

    /// <summary>Retained messages that were queued for new subscriptions: deliveries that are owed as well.</summary>
    public long Replayed => Volatile.Read(ref _replayed);

    /// <summary>Deliveries of a QoS that are done: written with QoS 0, acknowledged to the end with QoS 1 and 2.</summary>
    public long Delivered(QualityOfService qos) => qos switch
    {
        QualityOfService.AtLeastOnce => Volatile.Read(ref _completedQos1),
        QualityOfService.ExactlyOnce => Volatile.Read(ref _completedQos2),
        _ => PublishesSent(qos),
    };

    /// <summary>A packet came in. <paramref name="bytes"/> are those of the whole packet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Received(byte firstByte, int bytes)
    {
        ref PacketCount count = ref _received[firstByte >> 1];
        count.Packets++;
        count.Bytes += bytes;
    }

    /// <summary>Packets with the same first byte were written. <paramref name="bytes"/> are those of all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Sent(byte firstByte, int packets, long bytes)
    {
        ref PacketCount count = ref _sent[firstByte >> 1];
        count.Packets += packets;
        count.Bytes += bytes;
    }

    /// <summary>Payload of a PUBLISH came in.</summary>
    public void PayloadReceived(int bytes) => _payloadBytesReceived += bytes;

    /// <summary>Payload of PUBLISHes was written.</summary>
    public void PayloadSent(long bytes) => _payloadBytesSent += bytes;

    /// <summary>Messages were accepted, and so many deliveries are owed.</summary>
    public void Match(int deliveries) => _matched += deliveries;

    /// <summary>A retained message was queued for a new subscription.</summary>
    public void Replay() => _replayed++;

    /// <summary>Deliveries with QoS 1 or 2 were acknowledged to the end.</summary>
    public void Complete(QualityOfService qos, int deliveries)
    {
        if (qos == QualityOfService.AtLeastOnce) _completedQos1 += deliveries;
        else _completedQos2 += deliveries;
    }

    /// <summary>Packets of a type from clients.</summary>
    public long PacketsReceived(PacketType type) => Packets(ref _received, (int)type << 3, 8);

    /// <summary>Packets of a type to clients.</summary>
    public long PacketsSent(PacketType type) => Packets(ref _sent, (int)type << 3, 8);

    /// <summary>Bytes of packets of a type from clients.</summary>
    public long BytesReceived(PacketType type) => Bytes(ref _received, (int)type << 3);

    /// <summary>Bytes of packets of a type to clients.</summary>
    public long BytesSent(PacketType type) => Bytes(ref _sent, (int)type << 3);

    /// <summary>PUBLISHes of a QoS from clients, those that were sent again included.</summary>
    public long PublishesReceived(QualityOfService qos) =>
        Packets(ref _received, PublishIndex(qos), 1) + Packets(ref _received, PublishIndex(qos) + DupOffset, 1);

    /// <summary>PUBLISHes of a QoS to clients, those that were sent again included.</summary>
    public long PublishesSent(QualityOfService qos) =>
        Packets(ref _sent, PublishIndex(qos), 1) + PublishesSentAgain(qos);

    /// <summary>PUBLISHes of a QoS to clients with DUP set.</summary>
    public long PublishesSentAgain(QualityOfService qos) => Packets(ref _sent, PublishIndex(qos) + DupOffset, 1);

    /// <summary>Adds another thread's numbers to these, which are nobody's.</summary>
    public void Add(TrafficCounts other)
    {
        for (int i = 0; i < PacketCounts.Length; i++)
        {
            Add(ref _received[i], ref other._received[i]);
            Add(ref _sent[i], ref other._sent[i]);
        }
        _payloadBytesReceived += other.PayloadBytesReceived;
        _payloadBytesSent += other.PayloadBytesSent;
        _matched += other.Matched;
        _replayed += other.Replayed;
        _completedQos1 += Volatile.Read(ref other._completedQos1);
        _completedQos2 += Volatile.Read(ref other._completedQos2);
    }

    private static int PublishIndex(QualityOfService qos) => ((int)PacketType.Publish << 3) + (int)qos;

    private static long Packets(ref PacketCounts counts, int first, int length)
    {
        long sum = 0;
        for (int i = first; i < first + length; i++) sum += Volatile.Read(ref counts[i].Packets);
        return sum;
    }

    private static long Bytes(ref PacketCounts counts, int first)
    {
        long sum = 0;
        for (int i = first; i < first + 8; i++) sum += Volatile.Read(ref counts[i].Bytes);
        return sum;
    }

    private static void Add(ref PacketCount sum, ref PacketCount other)
    {
        sum.Packets += Volatile.Read(ref other.Packets);
        sum.Bytes += Volatile.Read(ref other.Bytes);
    }

    private struct PacketCount
    {
        public long Packets;
        public long Bytes;
    }

    // By the first byte of the packet without its lowest bit, RETAIN: type, DUP and QoS.
    [InlineArray(Length)]
    private struct PacketCounts
    {
        public const int Length = 128;

        private PacketCount _first;
    }
}
