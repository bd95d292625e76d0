using System.Buffers;
using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Limits;

/// <summary>Who always has more to say keeps no thread that others wait for (ADR 14).</summary>
public sealed class TurnTests
{
    private const int Messages = 1024;
    private const int MessagesOfWrite = 16;
    private const int PayloadBytes = 1024;

    [Fact, Spec("MQTT-4.6.0-6", "3.1.1")]
    public async Task PUBLISH_FromClient_OneBehindTheOther_GoesOnFromThePool_InOrder()
    {
        await using var broker = new TestBroker();
        TestClient reader = await broker.ConnectAsync("reader");
        await reader.SubscribeAsync("t");
        TestClient greedy = broker.Open(isInline: true);
        await greedy.ConnectAsync("greedy");

        long own = await Flood(broker, greedy);

        for (int i = 0; i < Messages; i++) await reader.ExpectPublishAsync("t", Text(i));
        await greedy.PingFenceAsync();
        Assert.Equal(Messages, broker.Engine.Metrics.Traffic.Total().PublishesReceived(AtMostOnce));
        Assert.InRange(own, 1, Messages - 1);
    }

    [Fact, Spec("MQTT-3.1.4-2", "3.1.1")]
    public async Task CONNECT_FromClient_WhoseOldConnectionFloods_TakesItOver()
    {
        await using var broker = new TestBroker();
        TestClient greedy = broker.Open(isInline: true);
        await greedy.ConnectAsync("same");
        Task<long> flood = Flood(broker, greedy);

        TestClient heir = await broker.ConnectAsync("same");

        await heir.PingFenceAsync();
        await flood;
        await greedy.ExpectClosedAsync();
    }

    // On a thread that does nothing else, as that of a socket which always has more. How many of its messages it took itself.
    private static Task<long> Flood(TestBroker broker, TestClient greedy) => Task.Factory.StartNew(
        () =>
        {
            var some = new ArrayBufferWriter<byte>();
            for (int i = 0; i < Messages; i += MessagesOfWrite)
            {
                some.ResetWrittenCount();
                for (int j = i; j < i + MessagesOfWrite; j++)
                    new OutgoingPublish("t", Text(j)).Write(some, ProtocolVersion.Mqtt311);
                Task written = greedy.SendBytesAsync(some.WrittenMemory);
                Assert.True(written.IsCompletedSuccessfully, "the pipe has room for all of it");
            }
            return broker.Engine.Metrics.Traffic.OfThread.PublishesReceived(AtMostOnce);
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static string Text(int number) => $"{number}".PadLeft(PayloadBytes);
}
