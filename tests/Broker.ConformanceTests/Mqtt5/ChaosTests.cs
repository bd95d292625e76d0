using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Connections that break at any step: QoS 2 stays exactly once and in order (MQTT 5.0 section 4.4).</summary>
public sealed class ChaosTests
{
    private const int Messages = 200;

    // The publisher's side: it repeats what was not answered, with the same packet id.
    [Theory, Spec("MQTT-4.3.3-10"), Spec("MQTT-4.4.0-1")]
    [Demand("B3"), Demand("B10")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task PUBLISH_FromClient_ConnectionBreaksAtRandomSteps_EachQos2MessageArrivesOnceInOrder(int seed)
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { QueuedMessagesMax = 0 });
        TestClient subscriber = await broker.ConnectV5Async("s");
        await subscriber.SubscribeAsync("a", AtMostOnce);
        var random = new Random(seed);
        TestClient publisher = await broker.ResumeAsync("p");
        for (int i = 0; i < Messages; i++)
        {
            var message = new OutgoingPublish("a", $"{i}", ExactlyOnce) { PacketId = (ushort)((i % 100) + 1) };
            for (bool isSent = false; !isSent;)
            {
                await publisher.PublishAsync(message);
                isSent = random.Next(3) > 0;
                if (isSent) await publisher.ExpectAckAsync(PacketType.PubRec, message.PacketId);
                else publisher = await ReplaceAsync(broker, publisher, random, "p");
                message = message with { Dup = true };
            }
            for (bool isReleased = false; !isReleased;)
            {
                await publisher.AcknowledgeAsync(PacketType.PubRel, message.PacketId);
                isReleased = random.Next(3) > 0;
                if (isReleased) await publisher.ReadAsync<AckPacket>(); // 0x92 where an earlier PUBREL had arrived
                else publisher = await ReplaceAsync(broker, publisher, random, "p");
            }
        }
        for (int i = 0; i < Messages; i++) Assert.Equal($"{i}", (await subscriber.ReadAsync<ReceivedPublish>()).Text);
        await subscriber.ExpectNothingAsync();
    }

    // The same on the subscriber's side, with 200 in flight (demands B10): what it has seen of an id it drops, as QoS 2 asks.
    [Theory, Spec("MQTT-4.4.0-1"), Spec("MQTT-4.3.3-6"), Spec("MQTT-4.6.0-1")]
    [Demand("B10")]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task PUBLISH_FromServer_ConnectionBreaksAtRandomSteps_EachQos2MessageArrivesOnceInOrder(int seed)
    {
        await using var broker =
            TestBroker.WithLimits(limits => limits with { QueuedMessagesMax = 0, InflightMessagesMax = Messages });
        await broker.LeaveSubscribedAsync("s", "a", ExactlyOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < Messages; i++) await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", $"{i}", ExactlyOnce));
        var random = new Random(seed);
        List<string> received = [];
        HashSet<ushort> unreleased = [];
        int completed = 0;
        TestClient subscriber = await broker.ResumeAsync("s");
        while (completed < Messages)
        {
            object packet = await subscriber.ReadAsync<object>();
            if (packet is ReceivedPublish message)
            {
                if (unreleased.Add(message.PacketId)) received.Add(message.Text);
                await subscriber.AcknowledgeAsync(PacketType.PubRec, message.PacketId);
            }
            else
            {
                AckPacket release = Assert.IsType<AckPacket>(packet);
                if (unreleased.Remove(release.PacketId)) completed++;
                await subscriber.AcknowledgeAsync(PacketType.PubComp, release.PacketId);
            }
            if (random.Next(60) == 0) subscriber = await ReplaceAsync(broker, subscriber, random, "s");
        }
        Assert.Equal(Enumerable.Range(0, Messages).Select(i => $"{i}"), received);
    }

    // Sometimes the old connection is lost first, sometimes it is taken over while it still works.
    private static async Task<TestClient> ReplaceAsync(TestBroker broker, TestClient old, Random random, string clientId)
    {
        if (random.Next(2) == 0) await old.CloseAsync();
        return await broker.ResumeAsync(clientId);
    }
}
