using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Counting;

/// <summary>
/// Publishers and subscribers that break off, come back, are taken over, read slowly and let messages expire, as a seed has it.
/// Every subscriber keeps the subscriptions it began with, so that what a message matches is known.
/// </summary>
internal sealed class LedgerRun
{
    private const string Topic = "a";

    private static readonly QualityOfService[] Levels = [AtMostOnce, AtLeastOnce, ExactlyOnce];

    private readonly TestBroker _broker;
    private readonly Random _random;
    private readonly TestClient[] _publishers = new TestClient[2];
    private readonly TestClient?[] _subscribers = new TestClient?[5];

    public LedgerRun(TestBroker broker, int seed)
    {
        _broker = broker;
        _random = new Random(seed);
    }

    /// <summary>Messages that the broker accepted.</summary>
    public int Accepted { get; private set; }

    /// <summary>Subscriptions that each of them matches: one of each subscriber, and the group that they share.</summary>
    public int Matches => _subscribers.Length + 1;

    public async Task BeginAsync()
    {
        for (int i = 0; i < _publishers.Length; i++) _publishers[i] = await _broker.ConnectAsync($"p{i}", ProtocolVersion.Mqtt50);
        for (int i = 0; i < _subscribers.Length; i++)
        {
            TestClient subscriber = await AttachAsync(i);
            await subscriber.SubscribeAsync(Topic, Levels[i % Levels.Length]);
            if (i >= 3) await subscriber.SubscribeAsync($"$share/g/{Topic}", AtLeastOnce);
        }
    }

    public async Task PlayAsync(int steps)
    {
        for (int i = 0; i < steps; i++) await StepAsync();
        await FenceAsync();
    }

    /// <summary>Returns when the broker has handled all that was sent to it.</summary>
    public async Task FenceAsync()
    {
        foreach (TestClient client in _publishers.Concat(_subscribers.OfType<TestClient>())) await client.DrainToPingAsync();
    }

    private async Task StepAsync()
    {
        int who = _random.Next(_subscribers.Length);
        switch (_random.Next(12))
        {
            case < 6:
                await PublishAsync();
                break;
            case < 9:
                if (_subscribers[who] is { } reader) await reader.DrainToPingAsync(AnswerAsync);
                break;
            case 9:
                // Its connection breaks; what it had read and not answered is owed to it again.
                if (_subscribers[who] is { } leaver) await leaver.BreakOffAsync();
                _subscribers[who] = null;
                break;
            case 10:
                // Comes back, or takes itself over.
                _subscribers[who] = await AttachAsync(who);
                break;
            default:
                _broker.Advance(TimeSpan.FromSeconds(_random.Next(1, 4)));
                break;
        }
    }

    private async Task PublishAsync()
    {
        TestClient publisher = _publishers[_random.Next(_publishers.Length)];
        int count = _random.Next(1, 6);
        for (int i = 0; i < count; i++)
        {
            bool isLarge = _random.Next(8) == 0;
            string text = new('x', isLarge ? 120 : _random.Next(1, 20));
            var message = new OutgoingPublish(Topic, text, Levels[_random.Next(3)])
            {
                MessageExpirySeconds = _random.Next(4) == 0 ? (uint)_random.Next(1, 5) : null,
            };
            await publisher.PublishAsync(message);
            if (message.Qos != AtMostOnce) await publisher.DrainToPingAsync(ReleaseAsync);
        }
        await publisher.DrainToPingAsync();
        Accepted += count;
    }

    // Where it was not refused.
    private static async Task ReleaseAsync(TestClient client, object packet)
    {
        if (packet is AckPacket { Type: PacketType.PubRec, ReasonCode: < ReasonCode.UnspecifiedError } received)
            await client.AcknowledgeAsync(PacketType.PubRel, received.PacketId);
    }

    private Task<TestClient> AttachAsync(int index) =>
        _broker.ConnectAsync($"s{index}", ProtocolVersion.Mqtt50, packet => packet with
        {
            CleanStart = false,
            SessionExpiryIntervalSeconds = 100_000,
            // One of them takes no large packets.
            MaximumPacketSize = index == 1 ? 100u : 0,
            ReceiveMaximum = 4,
        });

    // Answers most of what comes, each answer as far as it is that client's turn.
    private async Task AnswerAsync(TestClient client, object packet)
    {
        if (_random.Next(5) == 0) return;
        switch (packet)
        {
            case ReceivedPublish { Qos: AtLeastOnce } message:
                await client.AcknowledgeAsync(PacketType.PubAck, message.PacketId);
                break;
            case ReceivedPublish { Qos: ExactlyOnce } message:
                bool isRefused = _random.Next(10) == 0;
                await client.AcknowledgeAsync(
                    PacketType.PubRec, message.PacketId, isRefused ? ReasonCode.QuotaExceeded : ReasonCode.Success);
                break;
            case AckPacket { Type: PacketType.PubRel } release:
                await client.AcknowledgeAsync(PacketType.PubComp, release.PacketId);
                break;
            default:
                break;
        }
    }
}
