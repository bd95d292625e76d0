using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1.1 chapters 1.5 and 2: data types, fixed header, packet identifiers.</summary>
public sealed class PacketFormatTests
{
    [Theory, Spec("MQTT-1.5.3-1")]
    [InlineData("30 05 00 03 ed a0 80")]
    [InlineData("30 04 00 02 c3 28")]
    [InlineData("30 04 00 02 c0 80")]
    [InlineData("82 08 00 01 00 03 ed bf bf 00")]
    [InlineData("a2 06 00 01 00 02 ff fe")]
    public async Task STRING_FromClient_NotWellFormedUtf8_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-1.5.3-2"), Spec("MQTT-4.7.3-2")]
    [InlineData("30 05 00 03 'a' 00 'b'")]
    [InlineData("82 08 00 01 00 03 'a' 00 'b' 00")]
    [InlineData("a2 07 00 01 00 03 'a' 00 'b'")]
    public async Task STRING_FromClient_WithNullCharacter_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-1.5.3-3")]
    public async Task STRING_FromClient_WithByteOrderMark_KeepsItAsACharacter()
    {
        await using var broker = new TestBroker();
        TestClient plain = await broker.ConnectAsync("plain");
        TestClient marked = await broker.ConnectAsync("marked");
        await plain.SubscribeAsync("a");
        await marked.SubscribeAsync("\uFEFFa");

        await marked.SendBytesAsync("30 07 00 04 ef bb bf 'a' 'x'");

        await marked.ExpectBytesAsync("30 07 00 04 ef bb bf 'a' 'x'");
        await plain.ExpectNothingAsync();
    }

    [Theory, Spec("MQTT-2.2.2-1"), Spec("MQTT-2.2.2-2")]
    [InlineData("41 02 00 01")]
    [InlineData("52 02 00 01")]
    [InlineData("74 02 00 01")]
    [InlineData("e1 00")]
    [InlineData("c1 00")]
    [InlineData("0f 00")]
    [InlineData("f0 00")]
    public async Task PACKET_FromClient_WithReservedFlagsSet_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-2.2.2-1")]
    public async Task PACKET_FromServer_OfEachType_HasTheReservedFlagsOfTheTable()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync("10 0d 00 04 'MQTT' 04 02 00 00 00 01 'c'");
        await client.ExpectBytesAsync("20 02 00 00");
        await client.SendBytesAsync("82 06 00 0a 00 01 'a' 02");
        await client.ExpectBytesAsync("90 03 00 0a 02");
        await client.SendBytesAsync("34 05 00 01 'a' 00 07");
        Assert.Equal(
            ["34 05 00 01 61 00 01", "50 02 00 07"],
            new[] { WireText.Format(await client.ReadFrameAsync()), WireText.Format(await client.ReadFrameAsync()) }.Order());
        await client.SendBytesAsync("50 02 00 01");
        await client.ExpectBytesAsync("62 02 00 01");
        await client.SendBytesAsync("62 02 00 07");
        await client.ExpectBytesAsync("70 02 00 07");
        await client.SendBytesAsync("a2 05 00 0b 00 01 'a'");
        await client.ExpectBytesAsync("b0 02 00 0b");
        await client.SendBytesAsync("c0 00");
        await client.ExpectBytesAsync("d0 00");
    }

    [Theory]
    [InlineData("c0 80 80 80 80 01")]
    [InlineData("c0 80 80 80 80 00")]
    [InlineData("c0 01 00")]
    public async Task PACKET_FromClient_WithWrongRemainingLength_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task PACKET_FromClient_WithRemainingLengthOfMoreBytesThanNeeded_IsTaken()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync("10 8d 80 80 00 00 04 'MQTT' 04 02 00 00 00 01 'a'");
        await client.ExpectBytesAsync("20 02 00 00");
        await client.SendBytesAsync("c0 80 00");
        await client.ExpectBytesAsync("d0 00");
    }

    [Theory, Spec("MQTT-2.3.1-1")]
    [InlineData("32 05 00 01 'a' 00 00")]
    [InlineData("34 05 00 01 'a' 00 00")]
    [InlineData("82 06 00 00 00 01 'a' 00")]
    [InlineData("a2 05 00 00 00 01 'a'")]
    public async Task PACKET_FromClient_WithPacketIdZero_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-2.3.1-2"), Spec("MQTT-2.3.1-4")]
    public async Task PUBLISH_FromServer_WhileOthersAreUnacknowledged_HasAnUnusedPacketId()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", ExactlyOnce);

        HashSet<ushort> used = [];
        for (int i = 0; i < 10; i++)
        {
            TestClient publisher = await broker.ConnectAsync($"publisher{i}");
            await publisher.PublishAsync(new("a", "x", i % 2 == 0 ? AtLeastOnce : ExactlyOnce));
            ushort packetId = (await client.ReadAsync<ReceivedPublish>()).PacketId;
            Assert.NotEqual(0, packetId);
            Assert.True(used.Add(packetId));
        }
    }

    [Fact, Spec("MQTT-2.3.1-3"), Spec("MQTT-2.3.1-4")]
    public async Task PUBLISH_FromServer_SentAgain_HasItsFirstPacketId()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", ExactlyOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "one", AtLeastOnce));
        await client.ReceiveAndCompleteAsync();
        await publisher.PublishAndCompleteAsync(new("a", "two", AtLeastOnce));
        ReceivedPublish first = await client.ExpectPublishAsync("a", "two");
        await client.DisconnectAsync();

        client = await broker.ConnectPersistentAsync("client");

        Assert.Equal(first.PacketId, (await client.ExpectPublishAsync("a", "two")).PacketId);
    }

    [Fact, Spec("MQTT-2.3.1-5")]
    public async Task PUBLISH_FromServer_QoS0_HasNoPacketId()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", AtMostOnce);

        await client.SendBytesAsync("32 07 00 01 'a' 00 07 'hi'");

        Assert.Equal(
            ["30 05 00 01 61 68 69", "40 02 00 07"],
            new[] { WireText.Format(await client.ReadFrameAsync()), WireText.Format(await client.ReadFrameAsync()) }.Order());
    }

    [Theory, Spec("MQTT-2.3.1-6")]
    [InlineData("32 05 00 01 'a' ab cd", "40 02 ab cd")]
    [InlineData("34 05 00 01 'a' ff ff", "50 02 ff ff")]
    [InlineData("34 05 00 01 'a' 00 01 | 62 02 00 01", "50 02 00 01", "70 02 00 01")]
    public async Task ACK_FromServer_ToPublish_HasItsPacketId(string wire, params string[] answers)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        foreach (string answer in answers) await client.ExpectBytesAsync(answer);
    }

    [Theory, Spec("MQTT-2.3.1-7"), Spec("MQTT-3.8.4-2"), Spec("MQTT-3.10.4-4")]
    [InlineData("82 06 12 34 00 01 'a' 00", "90 03 12 34 00")]
    [InlineData("a2 05 ff ff 00 01 'a'", "b0 02 ff ff")]
    public async Task ACK_FromServer_ToSubscribeOrUnsubscribe_HasItsPacketId(string wire, string answer)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        await client.ExpectBytesAsync(answer);
    }

    [Fact, Spec("MQTT-2.3.1-4"), Spec("MQTT-4.3.2-1")]
    public async Task PUBLISH_FromServer_PacketIdsWrapAround_OneThatIsInUseIsNotTaken()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { QueuedMessagesMax = 0 });
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", AtLeastOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAsync(new("a", "held", AtLeastOnce));
        ushort held = (await client.ExpectPublishAsync("a", "held")).PacketId;

        for (int i = 2; i < 65_535; i++)
        {
            await publisher.PublishAsync(new("a", "x", AtLeastOnce));
            Assert.NotEqual(held, (await client.ReceiveAndCompleteAsync()).PacketId);
        }
        for (int i = 0; i < 5; i++) await publisher.PublishAsync(new("a", "late", AtLeastOnce) { PacketId = 1 });
        await client.AcknowledgeAsync(PacketType.PubAck, held);

        for (int i = 0; i < 5; i++) Assert.Equal("late", (await client.ReceiveAndCompleteAsync()).Text);
    }

    [Fact, Spec("MQTT-3.1.4-4")]
    public async Task PACKET_FromClient_OneByteAtATime_IsServed()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();
        byte[] bytes = WireText.Parse(
            "10 0d 00 04 'MQTT' 04 02 00 00 00 01 'c' | 82 06 00 01 00 01 'a' 00 | 32 06 00 01 'a' 00 02 'x' | c0 00");

        foreach (byte b in bytes) await client.SendBytesAsync(new[] { b });

        await client.ExpectBytesAsync("20 02 00 00");
        await client.ExpectBytesAsync("90 03 00 01 00");
        await client.ExpectBytesAsync("40 02 00 02");
        await client.ExpectBytesAsync("30 04 00 01 'a' 'x'");
        await client.ExpectBytesAsync("d0 00");
    }
}
