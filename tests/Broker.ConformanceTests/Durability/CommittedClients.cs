using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.ConformanceTests.Durability;

/// <summary>Persistent sessions on a store that commits only when told: how a test gets to its starting point.</summary>
internal static class CommittedClients
{
    /// <summary>Out of the way of those that <see cref="TestClient"/> takes.</summary>
    private const ushort PacketId = 60_000;

    /// <summary>Connects to a session that outlives its connection and commits what that needs.</summary>
    public static async Task<TestClient> ConnectCommittedAsync(this TestBroker broker, ManualStateStore store, string clientId)
    {
        int earlier = store.Changes.Count(change => IsLastOfConnect(change, clientId));
        TestClient client = broker.Open();
        Task<ConnAckPacket> connected = client.ConnectPersistentAsync(clientId);
        await store.WaitForAsync<StateChange>(change => IsLastOfConnect(change, clientId) && earlier-- <= 0);
        store.Commit();
        await connected;
        return client;
    }

    /// <summary>Subscribes and commits it.</summary>
    public static async Task SubscribeCommittedAsync(
        this TestClient client, ManualStateStore store, string filter, QualityOfService qos)
    {
        await client.SendAsync(new SubscribePacket(PacketId, 0, [new(filter, (byte)qos)]));
        await client.PingFenceAsync();
        store.Commit();
        Assert.Equal([(ReasonCode)qos], (await client.ReadAsync<SubAckPacket>()).ReasonCodes);
    }

    /// <summary>
    /// Waits for a packet that the broker must be holding back. The caller has made sure that the broker is done with what
    /// causes it: had it been sent, it would be there and read at once.
    /// </summary>
    public static Task<T> ReadHeldBackAsync<T>(this TestClient client)
    {
        Task<T> read = client.ReadAsync<T>();
        Assert.False(read.IsCompleted, "was sent before the commit");
        return read;
    }

    private static bool IsLastOfConnect(StateChange change, string clientId) =>
        change is WillRemoved removed && removed.ClientId == clientId;
}
