using Broker.Diagnostics;
using Broker.Protocol;

namespace Broker.UnitTests.Diagnostics;

public sealed class TrafficTests
{
    private const byte PublishQos1Dup = 0x3A;

    private readonly Traffic _traffic = new();

    [Fact]
    public void Every_thread_counts_for_itself_and_the_total_is_of_all()
    {
        const int Threads = 8;
        const int Packets = 10_000;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < Packets; i++) _traffic.OfThread.Received(PublishQos1Dup, 10);
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();

        TrafficCounts total = _traffic.Total();

        Assert.Equal(Threads * Packets, total.PacketsReceived(PacketType.Publish));
        Assert.Equal(Threads * Packets * 10, total.BytesReceived(PacketType.Publish));
        Assert.Equal(Threads * Packets, total.PublishesReceived(QualityOfService.AtLeastOnce));
        Assert.Equal(0, total.PublishesReceived(QualityOfService.AtMostOnce));
    }

    [Fact]
    public void What_is_sent_again_is_told_by_DUP()
    {
        _traffic.OfThread.Sent(PublishQos1Dup, 2, 20);
        _traffic.OfThread.Sent(0x32, 3, 30);

        TrafficCounts total = _traffic.Total();

        Assert.Equal(
            (5, 2), (total.PublishesSent(QualityOfService.AtLeastOnce), total.PublishesSentAgain(QualityOfService.AtLeastOnce)));
        Assert.Equal(50, total.BytesSent(PacketType.Publish));
        Assert.Equal(0, total.PacketsSent(PacketType.PubAck));
    }

    [Fact]
    public void Two_brokers_in_a_process_do_not_mix()
    {
        Traffic other = new();
        _traffic.OfThread.Match(1);
        other.OfThread.Match(5);
        _traffic.OfThread.Match(1);

        Assert.Equal((2, 5), (_traffic.Total().Matched, other.Total().Matched));
    }
}
