using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.PacketType;
using static Broker.Protocol.ProtocolVersion;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1.1 section 4.6.</summary>
public sealed class OrderingTests
{
    [Theory, Spec("MQTT-4.6.0-1")]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task PUBLISH_FromServer_SeveralAreSentAgain_ComeInTheirFirstOrder(QualityOfService qos)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("#", qos);
        TestClient publisher = await broker.ConnectAsync("publisher");
        List<(ushort, string)> first = [];
        for (int i = 0; i < 10; i++)
        {
            await publisher.PublishAndCompleteAsync(new($"t{i}", $"{i}", qos));
            first.Add(Brief(await client.ReadAsync<ReceivedPublish>()));
        }
        await client.CloseAsync();

        client = await broker.ConnectPersistentAsync("client");

        foreach ((ushort, string) message in first) Assert.Equal(message, Brief(await client.ReadAsync<ReceivedPublish>()));
    }

    [Fact, Spec("MQTT-4.6.0-1")]
    public async Task PUBLISH_FromServer_NewOnesWait_ComeAfterThoseThatAreSentAgain()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { InflightMessagesMax = 2 });
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", AtLeastOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");
        for (int i = 0; i < 6; i++) await publisher.PublishAndCompleteAsync(new("a", $"{i}", AtLeastOnce));
        await client.ExpectPublishAsync("a", "0");
        await client.ExpectPublishAsync("a", "1");
        await client.CloseAsync();

        client = await broker.ConnectPersistentAsync("client");

        for (int i = 0; i < 6; i++) Assert.Equal($"{i}", (await client.ReceiveAndCompleteAsync()).Text);
    }

    // What is kept goes by a queue, what is not is written at once (ADR 10).
    [Theory, Spec("MQTT-4.6.0-6")]
    [InlineData(AtMostOnce)]
    [InlineData(AtLeastOnce)]
    public async Task PUBLISH_FromServer_OneReadBroughtSomeThatAreKeptAndSomeThatAreNot_ComeInThePublishersOrder(
        QualityOfService granted)
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await broker.ConnectAsync("subscriber", Mqtt50);
        await subscriber.SubscribeAsync("a", granted);
        TestClient publisher = await broker.ConnectAsync("publisher", Mqtt50);
        string[] wire = [.. Enumerable.Range(10, 80).Select(number => (number % 5) switch
        {
            // Expires after a minute; retained; neither.
            1 => $"30 0b 00 01 'a' 05 02 00 00 00 3c '{number}'",
            3 => $"31 06 00 01 'a' 00 '{number}'",
            _ => $"30 06 00 01 'a' 00 '{number}'",
        })];

        await publisher.SendBytesAsync(string.Join(" | ", wire));

        for (int number = 10; number < 90; number++) await subscriber.ExpectPublishAsync("a", $"{number}");
    }

    [Fact, Spec("MQTT-4.6.0-6")]
    public async Task PUBLISH_FromServer_OneReadBroughtMoreThanTheWindowTakes_ComeInThePublishersOrder()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { InflightMessagesMax = 7 });
        TestClient subscriber = await broker.ConnectAsync("subscriber");
        await subscriber.SubscribeAsync("a", AtLeastOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");

        await publisher.SendBytesAsync(
            string.Join(" | ", Enumerable.Range(10, 80).Select(number => $"32 07 00 01 'a' 00 {number:x2} '{number}'")));

        for (int number = 10; number < 90; number++)
        {
            await publisher.ExpectAckAsync(PubAck, (ushort)number);
            Assert.Equal($"{number}", (await subscriber.ReceiveAndCompleteAsync()).Text);
        }
    }

    // allow_duplicate_messages: a copy for each subscription.
    [Theory, Spec("MQTT-4.6.0-6")]
    [InlineData(AtMostOnce)]
    [InlineData(AtLeastOnce)]
    public async Task PUBLISH_FromServer_OneReadBroughtSeveralForTwoSubscriptionsOfAClient_CopiesComeWithTheirMessage(
        QualityOfService qos)
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await broker.ConnectAsync("subscriber");
        await subscriber.SubscribeAsync("a/+", qos);
        await subscriber.SubscribeAsync("a/#", qos);
        TestClient publisher = await broker.ConnectAsync("publisher");

        await publisher.SendBytesAsync(string.Join(" | ", Enumerable.Range(10, 5).Select(number => qos == AtMostOnce
            ? $"30 07 00 03 'a/b' '{number}'"
            : $"32 09 00 03 'a/b' 00 {number:x2} '{number}'")));

        for (int number = 10; number < 15; number++)
        {
            await subscriber.ExpectPublishAsync("a/b", $"{number}");
            await subscriber.ExpectPublishAsync("a/b", $"{number}");
        }
    }

    [Fact, Spec("MQTT-4.6.0-2"), Spec("MQTT-4.6.0-3")]
    public async Task ACKS_FromServer_OneReadBroughtPublishesPubRelsAndASubscribe_ComeInTheirOrder()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(
            "34 06 00 01 'a' 00 09 'x' | 62 02 00 09 | 32 06 00 01 'a' 00 02 'x' | 82 06 00 03 00 01 'b' 01 | " +
            "32 06 00 01 'a' 00 04 'x' | 34 06 00 01 'a' 00 09 'x'");

        string[] acks =
            ["50 02 00 09", "70 02 00 09", "40 02 00 02", "90 03 00 03 01", "40 02 00 04", "50 02 00 09"];
        foreach (string ack in acks) await client.ExpectBytesAsync(ack);
    }

    [Fact, Spec("MQTT-4.6.0-2")]
    public async Task PUBACK_FromServer_SeveralPublishes_ComeInTheOrderOfThePublishes()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        ushort[] ids = [7, 3, 9, 1, 65_535, 2];

        foreach (ushort id in ids) await client.PublishAsync(new("a", "x", AtLeastOnce) { PacketId = id });

        foreach (ushort id in ids) await client.ExpectAckAsync(PubAck, id);
    }

    [Fact, Spec("MQTT-4.6.0-3")]
    public async Task PUBREC_FromServer_SeveralPublishes_ComeInTheOrderOfThePublishes()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        ushort[] ids = [7, 3, 9, 1, 65_535, 2];

        foreach (ushort id in ids) await client.PublishAsync(new("a", "x", ExactlyOnce) { PacketId = id });

        foreach (ushort id in ids) await client.ExpectAckAsync(PubRec, id);
    }

    [Fact, Spec("MQTT-4.6.0-4")]
    public async Task PUBREL_FromServer_SeveralPubRecs_ComeInTheOrderOfThePubRecs()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", ExactlyOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");
        for (int i = 0; i < 4; i++) await publisher.PublishAndCompleteAsync(new("a", "x", ExactlyOnce));
        for (int i = 0; i < 4; i++) await client.ExpectPublishAsync("a", "x");

        foreach (ushort id in new ushort[] { 3, 1, 4, 2 }) await client.AcknowledgeAsync(PubRec, id);

        foreach (ushort id in new ushort[] { 3, 1, 4, 2 }) await client.ExpectAckAsync(PubRel, id);
    }

    [Theory, Spec("MQTT-4.6.0-5"), Spec("MQTT-4.6.0-6")]
    [InlineData(AtMostOnce)]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task PUBLISH_FromServer_OfOnePublisherTopicAndQoS_ComesInTheOrderOfArrival(QualityOfService qos)
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { InflightMessagesMax = 100 });
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", qos);
        TestClient publisher = await broker.ConnectAsync("publisher");

        for (int i = 0; i < 100; i++) await publisher.PublishAsync(new("a", $"{i}", qos));

        for (int i = 0; i < 100; i++) await client.ExpectPublishAsync("a", $"{i}");
    }

    [Fact, Spec("MQTT-4.6.0-5"), Spec("MQTT-4.6.0-6")]
    public async Task PUBLISH_FromServer_QueuedWhileAway_ComesInTheOrderOfArrival()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", AtLeastOnce);
        await client.DisconnectAsync();
        TestClient publisher = await broker.ConnectAsync("publisher");
        for (int i = 0; i < 100; i++) await publisher.PublishAndCompleteAsync(new("a", $"{i}", AtLeastOnce));

        client = await broker.ConnectPersistentAsync("client");
        await publisher.PublishAndCompleteAsync(new("a", "100", AtLeastOnce));

        for (int i = 0; i <= 100; i++) Assert.Equal($"{i}", (await client.ReceiveAndCompleteAsync()).Text);
    }

    private static (ushort, string) Brief(ReceivedPublish message) => (message.PacketId, message.Text);
}
