using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1.1 section 3.2.</summary>
public sealed class ConnAckTests
{
    [Fact, Spec("MQTT-3.2.0-1")]
    public async Task CONNACK_FromServer_MessagesWait_ComesBeforeThem()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", AtLeastOnce);
        await client.DisconnectAsync();
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "x", AtLeastOnce));

        client = broker.Open();
        await client.SendBytesAsync("10 12 00 04 'MQTT' 04 00 00 00 00 06 'client' | c0 00");

        await client.ExpectBytesAsync("20 02 01 00");
    }

    [Fact, Spec("MQTT-3.2.2-1")]
    public async Task CONNACK_FromServer_CleanSession_SessionPresentIsZero()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.DisconnectAsync();

        client = broker.Open();
        await client.SendBytesAsync("10 12 00 04 'MQTT' 04 02 00 00 00 06 'client'");

        await client.ExpectBytesAsync("20 02 00 00");
    }

    [Fact, Spec("MQTT-3.2.2-2")]
    public async Task CONNACK_FromServer_SessionIsStored_SessionPresentIsOne()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.DisconnectAsync();

        client = broker.Open();
        ConnAckPacket answer = await client.ConnectPersistentAsync("client");

        Assert.True(answer.SessionPresent);
    }

    [Fact, Spec("MQTT-3.2.2-3")]
    public async Task CONNACK_FromServer_NoSessionIsStored_SessionPresentIsZero()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        ConnAckPacket answer = await client.ConnectPersistentAsync("client");

        Assert.False(answer.SessionPresent);
    }

    [Fact, Spec("MQTT-3.2.2-4"), Spec("MQTT-3.2.2-5")]
    public async Task CONNACK_FromServer_Refusal_HasSessionPresentZeroAndCloses()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { KeepAliveSecondsMax = 60 });
        TestClient client = broker.Open();
        await client.ConnectAsync("client", packet => packet with { CleanStart = false, KeepAliveSeconds = 30 });
        await client.DisconnectAsync();

        client = broker.Open();
        await client.SendBytesAsync("10 12 00 04 'MQTT' 04 00 ff ff 00 06 'client'");

        await client.ExpectBytesAsync("20 02 00 02");
        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.2.2-5")]
    public async Task CONNACK_FromServer_AnonymousNotAllowed_HasCode5AndCloses()
    {
        await using var broker = TestBroker.WithListener(
            listener => listener with { Security = listener.Security with { AllowAnonymous = false } });
        TestClient client = broker.Open();

        await client.SendBytesAsync("10 0d 00 04 'MQTT' 04 02 00 00 00 01 'a'");

        await client.ExpectBytesAsync("20 02 00 05");
        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.2.2-6")]
    public async Task CONNACK_FromServer_NoReturnCodeFits_ClosesWithoutIt()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();

        await client.SendBytesAsync("10 14 00 04 'MQTT' 04 06 00 00 00 01 'a' 00 02 'w#' 00 01 'x'");

        await client.ExpectClosedAsync();
    }
}
