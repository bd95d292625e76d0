using System.Net.Sockets;
using Broker.IntegrationTests.Clients;
using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.TestKit;
using Broker.TestKit.Processes;
using static Broker.Protocol.ProtocolVersion;
using static Broker.Protocol.QualityOfService;

namespace Broker.IntegrationTests.Durability;

/// <summary>What an ordinary stop, start or reload must not take away.</summary>
public sealed class RestartTests
{
    [Fact]
    [Demand("A12")]
    public async Task A_listener_that_is_not_durable_is_named_at_the_start()
    {
        int port = FreePorts.Take();
        await using DurableBroker broker = new($"listener {port} 127.0.0.1\ndurability memory");

        await broker.StartAsync();

        await broker.Process.Log.WaitForAsync($"Listener {port} acknowledges before the commit");
        Assert.Single(broker.Process.Log.All, line => line.Contains("before the commit", StringComparison.Ordinal));
    }

    [Fact]
    [Demand("A14")]
    public async Task A_stop_by_signal_takes_nothing_away()
    {
        await using DurableBroker broker = new();
        await broker.StartAsync();
        await LeaveAsync(broker.Endpoint);

        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(0, await broker.Process.StopAsync());
            await broker.StartAsync();
        }

        await ExpectAsync(broker.Endpoint);
    }

    [Fact]
    [Demand("A15")]
    public async Task Whoever_is_the_first_after_a_start_finds_every_stored_subscription()
    {
        const int Sessions = 20_000;
        await using DurableBroker broker = new();
        using (DurableStateStore store = Open(broker.Folder.File("broker.db")))
        {
            for (int i = 0; i < Sessions; i++)
            {
                store.Append(new SessionPut($"s{i}", null, uint.MaxValue));
                store.Append(new SubscriptionPut($"s{i}", $"to/s{i}", (byte)AtLeastOnce, 0));
                store.Append(new SessionAway($"s{i}", 0, long.MaxValue, 0));
            }
        }

        await using ChildProcess starting = broker.Launch();
        await using TestClient first = await ConnectAtOnceAsync(broker.Endpoint.Port, starting);
        foreach (int i in (int[])[0, Sessions / 2, Sessions - 1])
        {
            // It would say so in 5.0 if nobody subscribed.
            ushort packetId = await first.PublishAsync(new($"to/s{i}", "x", AtLeastOnce));
            await first.ExpectAckAsync(PacketType.PubAck, packetId);
        }

        await using TestClient last = await TestClient.OverTcpAsync(broker.Endpoint.Port);
        await last.ConnectPersistentAsync($"s{Sessions - 1}");
        await last.ExpectPublishAsync($"to/s{Sessions - 1}", "x");
    }

    [Fact]
    [Demand("A16")]
    public async Task A_reload_leaves_sessions_that_have_not_come_back_since_the_start()
    {
        await using DurableBroker broker = new();
        await broker.StartAsync();
        await MosquittoSub.SubscribeOnceAsync(broker.Endpoint, "-i", "reader", "-c", "-q", "1", "-t", "jobs/#");
        Assert.Equal(0, await broker.Process.StopAsync());
        await broker.StartAsync();

        broker.Process.Reload();
        await broker.Process.Log.WaitForAsync("Config reloaded from ");
        await MosquittoPub.SendAsync(broker.Endpoint, "jobs/a", "after", 1);

        await using MosquittoSub reader = MosquittoSub.Launch(
            broker.Endpoint, "%p", "-i", "reader", "-c", "-q", "1", "-t", "jobs/#", "-C", "1");
        Assert.Equal(["after"], await reader.AllAsync());
    }

    /// <summary>A session with a queue, and a retained message.</summary>
    private static async Task LeaveAsync(Endpoint endpoint)
    {
        await MosquittoSub.SubscribeOnceAsync(endpoint, "-i", "reader", "-c", "-q", "2", "-t", "jobs/#");
        await MosquittoPub.SendLinesAsync(endpoint, "jobs/a", Enumerable.Range(1, 50).Select(i => $"{i}"), 2);
        await MosquittoPub.SendAsync(endpoint, "kept", "on", 1, "-r");
    }

    private static async Task ExpectAsync(Endpoint endpoint)
    {
        await using MosquittoSub reader = MosquittoSub.Launch(
            endpoint, "%p", "-i", "reader", "-c", "-q", "2", "-t", "jobs/#", "-C", "50");
        Assert.Equal(Enumerable.Range(1, 50).Select(i => $"{i}"), await reader.AllAsync());
        await using MosquittoSub retained = MosquittoSub.Launch(endpoint, "%p", "-t", "kept", "-C", "1");
        Assert.Equal(["on"], await retained.AllAsync());
    }

    private static DurableStateStore Open(string path)
    {
        StoreOpening opening = StateStores.Open(new StoreOptions { Location = path });
        Assert.True(opening.IsOpen, opening.Trouble?.Sentence);
        return opening.Store;
    }

    /// <summary>Tries again and again until there is somebody at the port.</summary>
    private static async Task<TestClient> ConnectAtOnceAsync(int port, ChildProcess starting)
    {
        TestClient client;
        while (true)
        {
            try
            {
                client = await TestClient.OverTcpAsync(port, Mqtt50);
                break;
            }
            catch (SocketException) when (!starting.HasExited)
            {
                // Not there yet.
            }
        }
        await client.ConnectAsync("first");
        return client;
    }
}
