using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Load.Checking;

namespace Load.Clients;

/// <summary>What a slow reader is.</summary>
/// <param name="Number">From 0.</param>
/// <param name="Qos">Of its subscription.</param>
/// <param name="IsPersistent">Its session outlives its connection.</param>
/// <param name="FirstPublisher">It subscribes to what this one and those behind it say.</param>
internal readonly record struct SlowReaderShape(int Number, int Qos, bool IsPersistent, int FirstPublisher = 0);

/// <summary>
/// A subscriber that stops reading and goes on later, with a topic of its own from each publisher. What is dropped leaves gaps in
/// what it gets; nothing else may be wrong with it.
/// </summary>
internal sealed class SlowReader(SlowReaderShape shape, int publishers, int readers, string extraTopic) : IRole
{
    private const int AnswersEach = 4;
    private const ushort FirstExtraId = 1000;

    private readonly long[] _last = Filled(publishers);
    private readonly long[] _received = new long[publishers];
    private Client? _client;
    private ushort _extraId = FirstExtraId;

    public string Name => $"reader {shape.Number}";

    public SlowReaderShape Shape => shape;

    /// <summary>Messages that came.</summary>
    public long Received { get; private set; }

    /// <summary>Of them those with QoS 1 or 2.</summary>
    public long ReceivedReliable { get; private set; }

    /// <summary>Messages that did not come after those before them in their stream: out of order, or twice.</summary>
    public long OutOfOrder { get; private set; }

    /// <summary>Messages that were not for it.</summary>
    public long Strays { get; private set; }

    /// <summary>Answers that it has asked for and not got: PINGRESP, SUBACK, UNSUBACK, PUBACK.</summary>
    public int AnswersOwed { get; private set; }

    /// <summary>Messages that came from a publisher.</summary>
    public long ReceivedFrom(int publisher) => _received[publisher];

    /// <summary>Number of the last message that came from a publisher; -1: none did.</summary>
    public long LastFrom(int publisher) => _last[publisher];

    public void Opened(Client client) => _client = client;

    /// <summary>Asks for one of each that is answered, whether it reads or not.</summary>
    public void AskForAnswers()
    {
        const ProtocolVersion Version = ProtocolVersion.Mqtt311;
        var packets = new ArrayBufferWriter<byte>();
        new SubscribePacket(++_extraId, 0, [new SubscriptionRequest(extraTopic, Options: 0)]).Write(packets, Version);
        new UnsubscribePacket(++_extraId, [extraTopic]).Write(packets, Version);
        // To nobody, so that it is the answer alone that comes of it.
        var message = new PublishFields
        {
            Qos = QualityOfService.AtLeastOnce,
            PacketId = ++_extraId,
            TopicUtf8 = Encoding.UTF8.GetBytes(extraTopic + "/nobody"),
        };
        PublishEncoder.Write(packets, Version, message);
        packets.Write<byte>([0xC0, 0x00]);
        AnswersOwed += AnswersEach;
        _client!.Link.Send(packets.WrittenSpan);
    }

    public void Frame(byte first, ReadOnlySpan<byte> body, long now)
    {
        switch ((PacketType)(first >> 4))
        {
            case PacketType.Publish:
                Message(first, body);
                break;
            case PacketType.PubRel:
                _client!.Link.Answer(0x70, BinaryPrimitives.ReadUInt16BigEndian(body));
                break;
            case PacketType.PingResp or PacketType.SubAck or PacketType.UnsubAck or PacketType.PubAck when AnswersOwed > 0:
                AnswersOwed--;
                break;
            default:
                throw new LoadException($"{Name}: a packet of type {first >> 4}");
        }
    }

    public void BatchEnd() => _client!.Link.Flush();

    private void Message(byte first, ReadOnlySpan<byte> body)
    {
        // PUBLISH of MQTT 3.1.1: topic [| packet id] | payload
        int qos = first >> 1 & 3;
        int at = 2 + BinaryPrimitives.ReadUInt16BigEndian(body);
        if (qos > 0)
        {
            _client!.Link.Answer((byte)(qos == 1 ? 0x40 : 0x50), BinaryPrimitives.ReadUInt16BigEndian(body[at..]));
            at += 2;
        }
        MessageStamp stamp = MessageStamp.Read(body[at..]);
        if ((uint)stamp.Publisher >= (uint)publishers || stamp.Topic != stamp.Publisher * readers + shape.Number)
        {
            Strays++;
            return;
        }
        ref long last = ref _last[stamp.Publisher];
        if (stamp.Sequence <= last) OutOfOrder++;
        last = Math.Max(last, stamp.Sequence);
        _received[stamp.Publisher]++;
        Received++;
        if (qos > 0) ReceivedReliable++;
    }

    private static long[] Filled(int count)
    {
        long[] numbers = new long[count];
        Array.Fill(numbers, -1);
        return numbers;
    }
}
