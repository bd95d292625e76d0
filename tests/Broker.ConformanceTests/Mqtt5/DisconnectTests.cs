using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>DISCONNECT in both directions, AUTH, and the end of the broker (MQTT 5.0 sections 3.14, 3.15 and 4.13.2).</summary>
public sealed class DisconnectTests
{
    [Theory]
    [InlineData("e0 00")]
    [InlineData("e0 01 00")]
    [InlineData("e0 02 00 00")]
    [InlineData("e0 0a 00 08 26 00 01 'k' 00 02 'vv'")]
    public async Task DISCONNECT_FromClient_EachNormalForm_ClosesWithoutAWord(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendBytesAsync(wire);
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task DISCONNECT_FromClient_WithMorePacketsBehindIt_TheyAreNotHandled()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendBytesAsync("e0 00 | 31 05 00 01 'a' 00 'x' | c0 00");
        await client.ExpectClosedAsync();
        Assert.Equal(0, broker.Engine.Retained.Count);
    }

    [Fact]
    public async Task DISCONNECT_FromClient_BehindMessagesInTheSameSegment_TheyAreHandledFirst()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await broker.ConnectV5Async("w");
        await watcher.SubscribeAsync("a");
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendBytesAsync("30 05 00 01 'a' 00 'x' | e0 00");
        await watcher.ExpectPublishAsync("a", "x");
    }

    [Fact, Spec("MQTT-4.13.2-1"), Spec("MQTT-3.14.4-1"), Spec("MQTT-3.14.4-2"), Spec("MQTT-3.14.2-2")]
    public async Task DISCONNECT_FromServer_ServerStops_EveryClientIsToldServerShuttingDown()
    {
        await using var broker = new TestBroker();
        TestClient five = await broker.ConnectV5Async("five");
        TestClient four = await broker.ConnectAsync("four");
        broker.Engine.BeginStop();
        await five.ExpectBytesAsync("e0 01 8b");
        await five.ExpectClosedAsync();
        await four.ExpectClosedAsync();
        await broker.AllEndedAsync();
    }

    [Fact, Spec("MQTT-3.14.0-1")]
    public async Task CONNECT_FromClient_WhileTheServerStops_IsClosedWithoutDisconnect()
    {
        await using var broker = new TestBroker();
        broker.Engine.BeginStop();
        await broker.OpenV5().ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-4.12.0-6"), Spec("MQTT-4.12.0-7")]
    [InlineData("f0 00")]
    [InlineData("f0 09 18 07 15 00 04 'SCRA'")]
    [InlineData("f0 09 19 07 15 00 04 'SCRA'")] // MQTT-4.12.1-2
    public async Task AUTH_FromClient_NoMethodInConnect_ProtocolError(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendBytesAsync(wire);
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    // Reason strings belong on DISCONNECT whatever the client asked for, and on no acknowledgement at all.
    [Fact, Spec("MQTT-3.1.2-29")]
    public async Task DISCONNECT_FromServer_NoProblemInformationWanted_ReasonStringOnlyThere()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c", packet => packet with { RequestProblemInformation = false });
        await client.SendBytesAsync("32 09 00 04 '$SYS' 00 01 00");
        await client.ExpectBytesAsync("40 03 00 01 87");
        await client.SendBytesAsync("34 09 00 04 '$SYS' 00 03 00");
        await client.ExpectBytesAsync("50 03 00 03 87");
        await client.SendBytesAsync("62 02 00 09");
        await client.ExpectBytesAsync("70 03 00 09 92");
        await client.SendBytesAsync("50 02 00 09");
        await client.ExpectBytesAsync("62 03 00 09 92");
        await client.SendBytesAsync("82 0a 00 04 00 00 04 'a/b/' 00");
        await client.ExpectBytesAsync("90 04 00 04 00 00");
        await client.SendBytesAsync("a2 06 00 02 00 00 01 'a'");
        await client.ExpectBytesAsync("b0 04 00 02 00 11");
        await client.SendBytesAsync("c1 00");
        DisconnectPacket? answer = await client.ExpectDisconnectAsync(ReasonCode.MalformedPacket);
        Assert.NotNull(answer!.ReasonString);
    }

    // A reader who stopped reading costs nobody else anything, and goes when the time is up.
    [Fact]
    public async Task CONNECTION_InServer_ReaderThatStoppedReading_OthersGoOn()
    {
        await using var broker = new TestBroker();
        TestClient stuck = broker.Open(ProtocolVersion.Mqtt50, windowBytes: 1024);
        await stuck.ConnectAsync("stuck");
        await stuck.SubscribeAsync("a");
        TestClient other = await broker.ConnectV5Async("other");
        await other.SubscribeAsync("a");
        for (int i = 0; i < 100; i++)
        {
            await other.PublishAsync(new OutgoingPublish("a", new string('x', 500)));
            await other.ExpectPublishAsync("a", new string('x', 500));
        }
        for (int i = 0; i < 100; i++) await stuck.ExpectPublishAsync("a", new string('x', 500));
    }
}
