using System.Diagnostics.Metrics;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.TestKit;

namespace Broker.ConformanceTests.Counting;

/// <summary><c>metrics_topic</c> counts what comes and goes, whichever way it goes.</summary>
public sealed class TopicMetricsTests
{
    [Theory, Directive("metrics_topic")]
    [InlineData(QualityOfService.AtMostOnce)]
    [InlineData(QualityOfService.AtLeastOnce)]
    public async Task Messages_and_bytes_are_counted_for_each_filter_that_matches_whatever_way_they_go(QualityOfService qos)
    {
        await using TestBroker broker = new(static options => options with { MetricsTopics = ["a/#", "+/b", "never"] });
        TestClient receiver = await broker.ConnectAsync("s");
        await receiver.SubscribeAsync("#", qos);
        TestClient publisher = await broker.ConnectAsync("p");
        byte[] many = [.. Enumerable.Repeat(WireText.Parse("30 08 00 03 61 2f 62 78 79 7a"), 10).SelectMany(static one => one)];

        // Ten that go together, and three by themselves.
        await publisher.SendBytesAsync(many);
        for (int i = 0; i < 10; i++) await receiver.ExpectPublishAsync("a/b", "xyz");
        foreach (string topic in (string[])["a/c", "z/b", "q"])
        {
            await publisher.PublishAndCompleteAsync(new(topic, "12345", qos) { Retain = topic == "z/b" });
            await receiver.ReceiveAndCompleteAsync();
        }

        TopicCounts counts = broker.Engine.Metrics.Topics!;
        Assert.Equal([11, 11, 0], Values(counts.MessagesReceived));
        Assert.Equal([35, 35, 0], Values(counts.BytesReceived));
        Assert.Equal([11, 11, 0], Values(counts.MessagesSent));
        Assert.Equal([35, 35, 0], Values(counts.BytesSent));
    }

    [Fact]
    public async Task Nothing_is_counted_by_topic_without_a_filter()
    {
        await using TestBroker broker = new();

        Assert.Null(broker.Engine.Metrics.Topics);
    }

    private static long[] Values(IEnumerable<Measurement<long>> series) => [.. series.Select(static one => one.Value)];
}
