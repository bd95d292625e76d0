using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;
using Broker.TestKit.Processes;
using Broker.TestKit;

namespace Broker.IntegrationTests.MosquittoTools;

public sealed class AddressTests
{
    [Fact]
    public async Task A_listener_without_an_address_serves_both_families()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync(
            (port, _) => $"listener {port}\nallow_anonymous true\n");
        Endpoint four = new(broker.Port);
        Endpoint six = four with { Host = "::1" };
        await using MosquittoSub sub = await MosquittoSub.StartAsync(six, "%p", "-t", "families", "-C", "2", "-q", "1");

        await MosquittoPub.SendAsync(four, "families", "four", 1, "-i", "family-4");
        await MosquittoPub.SendAsync(six, "families", "six", 1, "-i", "family-6");

        Assert.Equal(["four", "six"], await sub.AllAsync());
        Assert.Contains("from 127.0.0.1:", await broker.Process.Log.WaitForAsync(" as family-4 "), StringComparison.Ordinal);
        Assert.Contains("::1", await broker.Process.Log.WaitForAsync(" as family-6 "), StringComparison.Ordinal);
    }

    [Fact]
    [Directive("listener")]
    public async Task A_unix_socket_is_a_listener()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync(
            (_, folder) => $"listener 0 {folder.File("broker.sock")}\nallow_anonymous true\n");
        Endpoint endpoint = new(0) { UnixPath = broker.Folder.File("broker.sock") };
        await using MosquittoSub sub = await MosquittoSub.StartAsync(endpoint, "%p", "-t", "unix", "-C", "1", "-q", "2");

        await MosquittoPub.SendAsync(endpoint, "unix", "hello", 2);

        Assert.Equal(["hello"], await sub.AllAsync());
    }

    [Fact]
    public async Task A_stale_unix_socket_is_no_obstacle_and_a_stop_removes_it()
    {
        using TemporaryFolder folder = new();
        folder.OpenToAll();
        string path = folder.File("broker.sock");
        string configuration = folder.Write("mosquitto.conf", $"listener 0 {path}\nallow_anonymous true\n");
        await using (BrokerProcess first = await BrokerProcess.StartAsync(configuration))
        {
            await first.KillAsync();
        }
        Assert.True(File.Exists(path), "a killed broker leaves its socket behind");

        await using BrokerProcess second = await BrokerProcess.StartAsync(configuration);
        await MosquittoPub.SendAsync(new Endpoint(0) { UnixPath = path }, "unix", "hello", 1);
        await second.StopAsync();

        Assert.False(File.Exists(path), "the socket is still there after a stop");
    }

    [Fact]
    [Directive("listener")]
    public async Task Several_listeners_share_their_messages()
    {
        int second = FreePorts.Take();
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync($"listener {second} 127.0.0.1");
        await using MosquittoSub sub =
            await MosquittoSub.StartAsync(new Endpoint(second), "%p", "-t", "shared", "-C", "1");

        await MosquittoPub.SendAsync(new Endpoint(broker.Port), "shared", "hello");

        Assert.Equal(["hello"], await sub.AllAsync());
    }
}
