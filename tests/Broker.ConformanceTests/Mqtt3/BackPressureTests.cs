using Broker.Protocol;
using Broker.Sessions;
using Broker.TestKit;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>A client that does not read costs nothing but itself.</summary>
public sealed class BackPressureTests
{
    private const int Messages = 20_000;

    // The broker may write 4 KiB ahead of the client; the rest of the acknowledgements would have to wait in memory.
    [Fact]
    public async Task PUBLISH_FromClient_WhichReadsNoAcknowledgement_IsReadNoFurtherAndLosesNothing()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open(windowBytes: 4096);
        await client.ConnectAsync("p");
        for (int i = 0; i < Messages; i++)
            await client.PublishAsync(new OutgoingPublish("a", "x", QualityOfService.AtLeastOnce) { PacketId = Id(i) });
        TestClient other = await broker.ConnectAsync("other");
        await other.PingFenceAsync();
        Assert.True(broker.Engine.Sessions.Registry.TryGet("p", out Session? session));
        Assert.InRange(session.OwedAcks, 0, 2_000);
        for (int i = 0; i < Messages; i++) await client.ExpectAckAsync(PacketType.PubAck, Id(i));
        await client.PingFenceAsync();
    }

    private static ushort Id(int i) => (ushort)((i % 60_000) + 1);
}
