using System.Globalization;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.ProtocolVersion;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Durability;

/// <summary>What belongs to a message is stored with it.</summary>
public sealed class StoredTogetherTests
{
    [Fact, Spec("MQTT-3.3.1-13"), Spec("MQTT-3.3.4-3")]
    [Demand("B11")]
    public async Task PUBLISH_FromServer_QueuedBeforeACrash_HasWhatItsSubscriptionSaid()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        TestClient client = await crashing.Broker.ConnectPersistentAsync("client", Mqtt50);
        byte asPublished = SubscriptionRequest.ToOptions(ExactlyOnce, retainAsPublished: true);
        await client.SendAsync(new SubscribePacket(1, 17, [new("flag/+", asPublished)]));
        await client.ReadAsync<SubAckPacket>();
        await client.SendAsync(new SubscribePacket(2, 268_435_455, [new("plain/+", (byte)AtLeastOnce)]));
        await client.ReadAsync<SubAckPacket>();
        await client.DisconnectAsync();
        TestClient publisher = await crashing.Broker.ConnectAsync("publisher", Mqtt50);
        foreach (string topic in (string[])["flag/a", "plain/a"])
        {
            await publisher.PublishAndCompleteAsync(new(topic, "kept", ExactlyOnce) { Retain = true });
            await publisher.PublishAndCompleteAsync(new(topic, "passing", AtLeastOnce));
        }

        await crashing.CrashAsync();

        client = await crashing.Broker.ConnectPersistentAsync("client", Mqtt50);
        List<string> received = [];
        for (int i = 0; i < 4; i++)
        {
            ReceivedPublish message = await client.ReadAsync<ReceivedPublish>();
            received.Add(
                $"{message.Topic} {message.Text} {(int)message.Qos} {message.Retain} {message.SubscriptionIds.Single()}");
        }
        Assert.Equal(
            [
                "flag/a kept 2 True 17", "flag/a passing 1 False 17",
                "plain/a kept 1 False 268435455", "plain/a passing 1 False 268435455",
            ],
            received);
    }

    [Theory, Spec("MQTT-3.3.1-5", "5.0")]
    [Demand("A19")]
    [InlineData(31)]
    [InlineData(32)]
    public async Task RETAINED_InServer_ManyWriteAtOnce_EachTopicKeepsItsOwnLastPayload(int seed)
    {
        const int Writers = 6;
        const int Topics = 30;
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        var writers = new Task<Dictionary<string, string>>[Writers];
        for (int i = 0; i < Writers; i++) writers[i] = WriteAsync(crashing.Broker, i, Topics, new Random((seed * 100) + i));
        Dictionary<string, string> expected = [];
        foreach (Dictionary<string, string> written in await Task.WhenAll(writers))
            foreach ((string topic, string text) in written) expected.Add(topic, text);
        await ExpectRetainedAsync(crashing.Broker, expected);

        await crashing.CrashAsync();

        await ExpectRetainedAsync(crashing.Broker, expected);
    }

    /// <summary>One publisher with topics of its own, next to those of the others, of which some are cleared again.</summary>
    /// <returns>The last payload of each topic that has one.</returns>
    private static async Task<Dictionary<string, string>> WriteAsync(TestBroker broker, int writer, int topics, Random random)
    {
        const int Rounds = 300;
        const int Window = 15;
        TestClient client = await broker.ConnectAsync($"writer-{writer}");
        Dictionary<string, string> last = [];
        for (int i = 0; i < Rounds; i++)
        {
            string topic = string.Create(CultureInfo.InvariantCulture, $"kept/{random.Next(topics)}/{writer}");
            string text = random.Next(8) == 0 ? "" : $"{topic} {i} {new string('x', random.Next(200))}";
            await client.PublishAsync(new(topic, text, AtLeastOnce) { Retain = true });
            if (text.Length == 0) last.Remove(topic);
            else last[topic] = text;
            if (i >= Window) await client.ReadAsync<AckPacket>();
        }
        for (int i = 0; i < Window; i++) await client.ReadAsync<AckPacket>();
        return last;
    }

    private static async Task ExpectRetainedAsync(TestBroker broker, Dictionary<string, string> expected)
    {
        TestClient reader = await broker.ConnectAsync($"reader-{Guid.NewGuid():N}");
        await reader.SubscribeAsync("kept/#");
        Dictionary<string, string> found = [];
        for (int i = 0; i < expected.Count; i++)
        {
            ReceivedPublish message = await reader.ReadAsync<ReceivedPublish>();
            found.Add(message.Topic, message.Text);
        }
        await reader.ExpectNothingAsync();
        Assert.Equal(expected.OrderBy(pair => pair.Key), found.OrderBy(pair => pair.Key));
    }
}
