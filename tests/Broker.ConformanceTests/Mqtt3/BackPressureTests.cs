using Broker.Protocol;
using Broker.Protocol.Packets;
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

    // However much more there is to be sent, of a replay or of what others publish.
    [Fact]
    public async Task PUBLISH_FromClient_WhichIsOwedTooMuchAndSentALot_IsReadOnWhenItHasItsAcknowledgements()
    {
        await using var broker = new TestBroker();
        broker.Advance(TimeSpan.FromSeconds(1));
        TestClient other = await broker.ConnectAsync("other");
        await other.SubscribeAsync("told");
        for (int i = 0; i < 400; i++) await other.PublishAsync(new($"large/{i}", new string('x', 2000)) { Retain = true });
        await other.PingFenceAsync();
        TestClient client = broker.Open(windowBytes: 64 * 1024);
        await client.ConnectAsync("client");
        await client.SubscribeAsync("large/#");
        Connections.MqttConnection connection = broker.Engine.Connections.Single(one => one.Session?.ClientId == "client");
        while (connection.BlockedMilliseconds is null) await other.PingFenceAsync();
        for (ushort id = 1; id <= 1500; id++)
            await client.PublishAsync(new("a", "x", QualityOfService.AtLeastOnce) { PacketId = id });
        await client.PublishAsync(new("told", "last"));
        while (connection.Session!.OwedAcks <= 1024) await other.PingFenceAsync();

        // What has these acknowledgements in it is taken when twice the window has come behind them.
        for ((int acknowledged, int behind) = (0, 0); behind < 64;)
        {
            if (await client.ReadAsync<object>() is AckPacket) acknowledged++;
            else if (acknowledged >= 1000) behind++;
        }

        // It reads no further, so that the end of the replay is still to come.
        await other.ExpectPublishAsync("told", "last");
        Assert.True(connection.Session.IsReplaying);
    }

    private static ushort Id(int i) => (ushort)((i % 60_000) + 1);
}
