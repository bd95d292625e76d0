using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;

namespace Broker.ConformanceTests.Model;

/// <summary>What the clients of a random run do next; the same for the same seed.</summary>
internal sealed class RandomChoices(int seed)
{
    /// <summary>Not a multiple of the time that passes in a step, so that nothing ends at the moment it is looked at.</summary>
    private const int ExpirySeconds = 90;

    private const int MessagesAtOnceMax = 8;
    private const int LargePayloadLength = 9_000;

    private static readonly string[] ClientIds = ["a", "b", "c", "d"];
    private static readonly string[] Topics = ["x", "y", "x/1", "x/2", "y/1", "/1"];
    private static readonly string[] Filters = ["x", "y", "x/1", "#", "+", "x/+", "+/1", "x/#"];

    private readonly Random _random = new(seed);
    private int _messages;

    public int Below(int count) => _random.Next(count);

    public bool Is(int percent) => _random.Next(100) < percent;

    public T Of<T>(T[] choices) => choices[_random.Next(choices.Length)];

    public string ClientId() => Of(ClientIds);

    public string Filter() => Of(Filters);

    /// <summary>A CONNECT, as a packet and for the model.</summary>
    public (ConnectPacket Packet, ModelConnect Connect) Connect(string clientId)
    {
        bool isV5 = Is(60);
        bool isClean = Is(40);
        uint expirySeconds = isV5 ? Of<uint>([0, ExpirySeconds, uint.MaxValue]) : isClean ? 0 : uint.MaxValue;
        bool answers = Is(75);
        ModelMessage? will = Is(40) ? Message(clientId, isLarge: false) : null;
        var packet = new ConnectPacket
        {
            Version = isV5 ? ProtocolVersion.Mqtt50 : ProtocolVersion.Mqtt311,
            ClientId = clientId,
            CleanStart = isClean,
            SessionExpiryIntervalSeconds = isV5 ? expirySeconds : 0,
            // Who answers nothing takes everything: which copy of a message comes first is not fixed.
            ReceiveMaximum = isV5 && answers && Is(50) ? (ushort)(1 + Below(4)) : ushort.MaxValue,
            TopicAliasMaximum = isV5 ? Of<ushort>([0, 2]) : (ushort)0,
            Will = will is null ? null : WillOf(will),
        };
        return (packet, new ModelConnect(isClean, expirySeconds, answers, will));
    }

    /// <summary>A SUBSCRIBE to one or two filters.</summary>
    public SubscribePacket Subscribe(ushort packetId, bool isV5)
    {
        string[] filters = [.. new[] { Filter(), Filter() }.Distinct().Take(1 + Below(2))];
        return new SubscribePacket(packetId, isV5 && Is(50) ? (uint)(1 + Below(9)) : 0, [.. filters.Select(filter =>
            new SubscriptionRequest(filter, isV5
                ? SubscriptionRequest.ToOptions(Qos(), Is(30), Is(40), Below(3))
                : SubscriptionRequest.ToOptions(Qos())))]);
    }

    /// <summary>One message or several; those to one topic with one QoS are often together.</summary>
    /// <param name="publisher">Whose.</param>
    /// <param name="isV5">Whether they may expire.</param>
    /// <param name="now">By the model's clock.</param>
    public ModelMessage[] Messages(string publisher, bool isV5, long now)
    {
        var messages = new ModelMessage[Is(40) ? 1 : 2 + Below(MessagesAtOnceMax - 1)];
        bool isLarge = Is(10);
        bool isTogether = Is(50);
        for (int i = 0; i < messages.Length; i++)
        {
            messages[i] = Message(publisher, isLarge);
            if (isV5 && Is(10)) messages[i] = messages[i] with { ExpiresAt = now + ExpirySeconds };
            if (i == 0 || !isTogether || Is(20)) continue;
            messages[i] = messages[i] with { Topic = messages[i - 1].Topic, Qos = messages[i - 1].Qos };
        }
        return messages;
    }

    private ModelMessage Message(string publisher, bool isLarge)
    {
        bool isRetained = Is(12);
        string payload = isRetained && Is(25) ? "" : $"{publisher}{++_messages}".PadRight(isLarge ? LargePayloadLength : 0, '.');
        return new ModelMessage(publisher, Of(Topics), payload, Qos(), isRetained);
    }

    private QualityOfService Qos() => (QualityOfService)Below(3);

    private static WillMessage WillOf(ModelMessage will) => new()
    {
        Topic = will.Topic,
        Payload = Encoding.UTF8.GetBytes(will.Payload),
        Qos = will.Qos,
        Retain = will.Retain,
    };
}
