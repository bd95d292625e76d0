using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1.1 sections 3.1.2.5 to 3.1.2.7 and 3.14.4: the will.</summary>
public sealed class WillTests
{
    private static readonly WillMessage Gone = new() { Topic = "will", Payload = "gone"u8.ToArray() };

    [Fact, Spec("MQTT-3.1.2-8")]
    [Demand("A17")]
    public async Task WILL_InServer_ConnectionIsLost_IsPublished()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await Watcher(broker);
        TestClient client = await Connect(broker, Gone);

        await client.CloseAsync();

        await watcher.ExpectPublishAsync("will", "gone");
    }

    [Fact, Spec("MQTT-3.1.2-8")]
    public async Task WILL_InServer_ClientBreaksTheProtocol_IsPublished()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await Watcher(broker);
        TestClient client = await Connect(broker, Gone);

        await client.SendBytesAsync("36 05 00 01 'a' 00 01");

        await watcher.ExpectPublishAsync("will", "gone");
    }

    [Fact, Spec("MQTT-3.1.2-8"), Spec("MQTT-3.1.2-24")]
    public async Task WILL_InServer_KeepAliveRunsOut_IsPublished()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await Watcher(broker);
        await broker.ConnectAsync("client", with: packet => packet with { Will = Gone, KeepAliveSeconds = 10 });

        broker.Advance(TimeSpan.FromSeconds(17));

        await watcher.ExpectPublishAsync("will", "gone");
    }

    [Fact, Spec("MQTT-3.1.2-8"), Spec("MQTT-3.1.4-2")]
    [Demand("C4")]
    public async Task WILL_InServer_SessionIsTakenOver_IsPublished()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await Watcher(broker);
        await Connect(broker, Gone);

        await broker.ConnectAsync("client");

        await watcher.ExpectPublishAsync("will", "gone");
    }

    [Theory, Spec("MQTT-3.1.2-9")]
    [InlineData("10 0d 00 04 'MQTT' 04 06 00 00 00 01 'a'")]
    [InlineData("10 10 00 04 'MQTT' 04 06 00 00 00 01 'a' 00 01 'w'")]
    public async Task WILL_FromClient_FieldIsMissing_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.1.2-9"), Spec("MQTT-3.1.2-14")]
    [InlineData(AtMostOnce)]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task WILL_InServer_WithAQoS_IsPublishedWithIt(QualityOfService qos)
    {
        await using var broker = new TestBroker();
        TestClient watcher = await Watcher(broker);
        TestClient client = await Connect(broker, Gone with { Qos = qos });

        await client.CloseAsync();

        Assert.Equal(qos, (await watcher.ExpectPublishAsync("will", "gone")).Qos);
    }

    [Fact, Spec("MQTT-3.1.2-10"), Spec("MQTT-3.14.4-3")]
    public async Task WILL_InServer_ClientDisconnects_IsNotPublished()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await Watcher(broker);
        TestClient client = await Connect(broker, Gone);

        await client.DisconnectAsync();

        await watcher.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.1.2-10")]
    public async Task WILL_InServer_Published_IsNotPublishedAgain()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await Watcher(broker);
        TestClient client = broker.Open();
        await client.ConnectAsync("client", packet => packet with { Will = Gone, CleanStart = false });
        await client.CloseAsync();
        await watcher.ExpectPublishAsync("will", "gone");

        client = await broker.ConnectPersistentAsync("client");
        await client.SendBytesAsync("c1 00");
        await client.ExpectClosedAsync();

        await watcher.ExpectNothingAsync();
    }

    [Theory, Spec("MQTT-3.1.2-11"), Spec("MQTT-3.1.2-13"), Spec("MQTT-3.1.2-15")]
    [InlineData("10 0d 00 04 'MQTT' 04 0a 00 00 00 01 'a'")]
    [InlineData("10 0d 00 04 'MQTT' 04 12 00 00 00 01 'a'")]
    [InlineData("10 0d 00 04 'MQTT' 04 22 00 00 00 01 'a'")]
    [InlineData("10 13 00 04 'MQTT' 04 02 00 00 00 01 'a' 00 01 'w' 00 01 'x'")]
    public async Task WILL_FromClient_FieldsWithoutTheFlag_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.1.2-12")]
    public async Task WILL_InServer_NoneGiven_NothingIsPublished()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("#");
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync("c1 00");
        await client.ExpectClosedAsync();

        await watcher.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.1.2-14")]
    public async Task WILL_FromClient_WithQoS3_Closes()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync("10 13 00 04 'MQTT' 04 1e 00 00 00 01 'a' 00 01 'w' 00 01 'x'");

        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.1.2-16")]
    public async Task WILL_InServer_WithoutRetain_IsNotRetained()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await Watcher(broker);
        TestClient client = await Connect(broker, Gone);
        await client.CloseAsync();
        await watcher.ExpectPublishAsync("will", "gone");

        await watcher.SubscribeAsync("will");

        await watcher.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.1.2-17")]
    public async Task WILL_InServer_WithRetain_IsRetained()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await Watcher(broker);
        TestClient client = await Connect(broker, Gone with { Retain = true });
        await client.CloseAsync();
        Assert.False((await watcher.ExpectPublishAsync("will", "gone")).Retain);

        await watcher.SubscribeAsync("will");

        Assert.True((await watcher.ExpectPublishAsync("will", "gone")).Retain);
    }

    private static async Task<TestClient> Watcher(TestBroker broker)
    {
        TestClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("will", ExactlyOnce);
        return watcher;
    }

    private static Task<TestClient> Connect(TestBroker broker, WillMessage will) =>
        broker.ConnectAsync("client", with: packet => packet with { Will = will });
}
