using System.Globalization;
using Broker.Configuration;
using Broker.Messages;
using Broker.Protocol;
using Broker.Routing;
using Broker.TestKit;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Connections;

/// <summary>Many threads write to one connection: nothing is lost or left behind, each publisher's order is kept.</summary>
public sealed class DrainStressTests
{
    private const int Publishers = 8;
    private const int MessagesEach = 2500;

    private static readonly LimitOptions NoLimits = new() { QueuedMessagesMax = 0, TakeoverDelayMax = TimeSpan.Zero };

    [Theory]
    [InlineData(0)]
    [InlineData(1024)]
    public async Task Qos_0_arrives_whole_whether_the_reader_is_fast_or_slow(int windowBytes)
    {
        await using TestBroker broker = TestBroker.WithLimits(_ => NoLimits);
        TestClient client = broker.Open(windowBytes: windowBytes);
        await client.ConnectAsync("reader");
        await client.SubscribeAsync("s/#");

        Task publishing = PublishAsync(broker, QualityOfService.AtMostOnce);
        Received received = new();
        while (!received.IsComplete) received.Add(await client.ReadAsync<ReceivedPublish>(), mayRepeat: false);

        await publishing;
        await client.PingFenceAsync();
    }

    [Fact]
    public async Task Qos_1_arrives_whole_while_the_window_opens_and_closes()
    {
        await using TestBroker broker = TestBroker.WithLimits(_ => NoLimits);
        TestClient client = await broker.ConnectAsync("reader");
        await client.SubscribeAsync("s/#", QualityOfService.AtLeastOnce);

        Task publishing = PublishAsync(broker, QualityOfService.AtLeastOnce);
        Received received = new();
        while (!received.IsComplete)
        {
            ReceivedPublish message = await client.ReadAsync<ReceivedPublish>();
            received.Add(message, mayRepeat: false);
            await client.AcknowledgeAsync(PacketType.PubAck, message.PacketId);
        }

        await publishing;
        await client.PingFenceAsync();
    }

    [Fact]
    public async Task Qos_2_arrives_whole_while_another_thread_commits()
    {
        ManualStateStore store = new();
        await using TestBroker broker = TestBroker.WithLimits(_ => NoLimits with { InflightMessagesMax = 0 }, store);
        TestClient client = broker.Open();
        using CancellationTokenSource done = new();
        Task committing = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                store.Commit();
                Thread.Yield();
            }
        });
        await client.ConnectPersistentAsync("reader");
        await client.SubscribeAsync("s/#", QualityOfService.ExactlyOnce);

        Task publishing = PublishAsync(broker, QualityOfService.ExactlyOnce, each: 100);
        Received received = new(each: 100);
        while (!received.IsComplete) received.Add(await client.ReadAsync<ReceivedPublish>(), mayRepeat: false);

        await publishing;
        await client.PingFenceAsync();
        await done.CancelAsync();
        await committing;
    }

    [Fact]
    public async Task A_session_that_is_taken_over_again_and_again_loses_nothing_and_keeps_the_order()
    {
        await using TestBroker broker = TestBroker.WithLimits(_ => NoLimits);
        TestClient client = await broker.ConnectPersistentAsync("reader");
        await client.SubscribeAsync("s/#", QualityOfService.AtLeastOnce);

        Task publishing = PublishAsync(broker, QualityOfService.AtLeastOnce, each: 1000);
        Received received = new(each: 1000);
        while (!received.IsComplete)
        {
            client = await broker.ConnectPersistentAsync("reader");
            for (int i = 0; i < 300 && !received.IsComplete; i++)
            {
                ReceivedPublish message = await client.ReadAsync<ReceivedPublish>();
                received.Add(message, mayRepeat: message.Dup);
                // Not the last ones: they are open when the next connection comes.
                if (i < 290) await client.AcknowledgeAsync(PacketType.PubAck, message.PacketId);
            }
        }

        await publishing;
    }

    private static Task PublishAsync(TestBroker broker, QualityOfService qos, int each = MessagesEach) =>
        Task.WhenAll(Enumerable.Range(0, Publishers).Select(publisher => Task.Run(() => Publish(broker, qos, publisher, each))));

    private static void Publish(TestBroker broker, QualityOfService qos, int publisher, int each)
    {
        MessageRouter router = broker.Engine.Router;
        TouchedConnections touched = new();
        string topic = $"s/{publisher}";
        var random = new Random(publisher);
        for (int i = 0; i < each;)
        {
            int count = Math.Min(random.Next(1, 9), each - i);
            MatchResult match = router.Subscriptions.Match(topic);
            // Both ways, in turns that fall differently in each drain: what passes must not overtake what waits.
            if (qos != QualityOfService.ExactlyOnce && random.Next(2) == 0) Pass(router, match, touched, topic, qos, i, count);
            else for (int k = 0; k < count; k++) router.Route(MessageOf(topic, qos, i + k), match, touched);
            i += count;
            if (random.Next(4) == 0) touched.Drain();
        }
        touched.Drain();
    }

    private static Message MessageOf(string topic, QualityOfService qos, int number) =>
        TestMessages.Of(topic, qos, number.ToString(CultureInfo.InvariantCulture), topic);

    private static void Pass(
        MessageRouter router, MatchResult match, TouchedConnections touched, string topic, QualityOfService qos, int first,
        int count)
    {
        List<byte> buffer = [];
        var parts = new PublicationPart[count];
        for (int k = 0; k < count; k++)
        {
            byte[] payload = MessageOf(topic, qos, first + k).Payload.ToArray();
            parts[k] = new PublicationPart(buffer.Count, payload.Length, PropertiesLength: 0, PacketId: 0);
            buffer.AddRange(payload);
        }
        var run = new PublicationRun
        {
            Topic = new Topic(topic), Qos = qos, PublisherId = topic, Buffer = buffer.ToArray(), Parts = parts,
        };
        router.Route(in run, match, touched, new long[count], new RunMessages());
    }

    /// <summary>What has come from each publisher; a message counts when it comes first.</summary>
    private sealed class Received(int each = MessagesEach)
    {
        private readonly int[] _next = new int[Publishers];

        public bool IsComplete => _next.All(next => next == each);

        public void Add(ReceivedPublish message, bool mayRepeat)
        {
            int publisher = int.Parse(message.Topic.AsSpan(2), CultureInfo.InvariantCulture);
            int number = int.Parse(message.Text, CultureInfo.InvariantCulture);
            if (mayRepeat && number < _next[publisher]) return;
            Assert.True(number == _next[publisher], $"publisher {publisher}: {number} came, {_next[publisher]} was due");
            _next[publisher]++;
        }
    }
}
