using Broker.IntegrationTests.Observing;
using Broker.Protocol;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Faults;

/// <summary>
/// A disk that is full or may only be read: what is acknowledged is there, and the operator is told what to do.
/// </summary>
public sealed class DiskTests
{
    [FactWithMount]
    public async Task A_full_disk_has_nothing_acknowledged_until_there_is_room_and_nothing_that_was_is_lost()
    {
        using MountedFolder disk = new();
        await using AdminBroker broker = await AdminBroker.StartAsync(lines: _ => Lines(disk.Path));
        await LeaveSubscribedAsync(broker.Endpoint.Port);
        await using TestClient publisher = await ConnectAsync(broker.Endpoint.Port, "publisher");
        for (int i = 0; i < 10; i++) await publisher.PublishAndCompleteAsync(new("jobs", $"{i}", QualityOfService.AtLeastOnce));

        disk.Fill();
        // More than the pages that the log has already.
        ushort packetId = await publisher.PublishAsync(new("jobs", new string('x', 200_000), QualityOfService.AtLeastOnce));
        string line = await broker.Broker.Process.Log.WaitForAsync("The store takes no commits: ");
        Assert.Contains($"{disk.Path}/broker.db cannot be written, its disk is full: ", line, StringComparison.Ordinal);
        Assert.Contains($" bytes are free in {disk.Path}; make room, and it goes on by itself.", line, StringComparison.Ordinal);
        Assert.Equal(503, (await broker.GetAsync("/health/ready")).Status);
        await publisher.PingFenceAsync();
        await using TestClient newcomer = await ConnectAsync(broker.Endpoint.Port, "newcomer");
        await newcomer.SubscribeAsync("live");
        await publisher.PublishAsync(new("live", "alive"));
        await newcomer.ExpectPublishAsync("live", "alive");
        await publisher.PingFenceAsync();
        disk.MakeRoom();

        await publisher.ExpectAckAsync(PacketType.PubAck, packetId);
        await broker.Broker.Process.Log.WaitForAsync("The store takes commits again.");
        Assert.Equal(200, (await broker.GetAsync("/health/ready")).Status);
        await broker.Broker.Process.KillAsync();
        await using BrokerProcess again =
            await BrokerProcess.StartAsync(broker.Broker.Folder.File("mosquitto.conf"));
        await again.Log.WaitForAsync("Loaded 1 sessions, 1 subscriptions, 11 queued");
        Assert.Equal(0, await again.StopAsync());
    }

    [FactWithMount]
    public async Task A_broker_whose_disk_is_full_when_it_stops_has_what_it_acknowledged_and_ends_properly()
    {
        using MountedFolder disk = new();
        await using AdminBroker broker = await AdminBroker.StartAsync(lines: _ => Lines(disk.Path));
        await LeaveSubscribedAsync(broker.Endpoint.Port);
        await using TestClient publisher = await ConnectAsync(broker.Endpoint.Port, "publisher");
        await publisher.PublishAndCompleteAsync(new("jobs", "before", QualityOfService.AtLeastOnce));
        disk.Fill();
        await publisher.PublishAsync(new("jobs", new string('x', 200_000), QualityOfService.AtLeastOnce));
        await broker.Broker.Process.Log.WaitForAsync("The store takes no commits: ");

        Assert.Equal(0, await broker.Broker.Process.StopAsync());

        disk.MakeRoom();
        await using BrokerProcess again =
            await BrokerProcess.StartAsync(broker.Broker.Folder.File("mosquitto.conf"));
        await again.Log.WaitForAsync("Loaded 1 sessions, 1 subscriptions, 1 queued");
    }

    [FactWithBreakingDisk]
    public async Task A_disk_that_the_kernel_makes_read_only_has_nothing_acknowledged_and_all_that_was_when_it_is_repaired()
    {
        using BreakingDisk disk = new();
        string data = Directory.CreateDirectory(Path.Combine(disk.Path, "data")).FullName;
        await using AdminBroker broker = await AdminBroker.StartAsync(lines: _ => $"user {Environment.UserName}\n{Lines(data)}");
        await LeaveSubscribedAsync(broker.Endpoint.Port);
        await using TestClient publisher = await ConnectAsync(broker.Endpoint.Port, "publisher");
        for (int i = 0; i < 10; i++) await publisher.PublishAndCompleteAsync(new("jobs", $"{i}", QualityOfService.AtLeastOnce));

        disk.Break();
        await publisher.PublishAsync(new("jobs", "never", QualityOfService.AtLeastOnce));
        string line = await broker.Broker.Process.Log.WaitForAsync("The store takes no commits: ");
        Assert.Contains($"{data}/broker.db cannot be written: Read-only file system", line, StringComparison.Ordinal);
        Assert.Contains("the kernel's log (dmesg) may say more.", line, StringComparison.Ordinal);
        Assert.Equal(503, (await broker.GetAsync("/health/ready")).Status);
        await publisher.PingFenceAsync();
        Assert.Equal(0, await broker.Broker.Process.StopAsync());
        disk.Repair();

        await using BrokerProcess again =
            await BrokerProcess.StartAsync(broker.Broker.Folder.File("mosquitto.conf"));
        await again.Log.WaitForAsync("Loaded 1 sessions, 1 subscriptions, 10 queued");
        Assert.Equal(0, await again.StopAsync());
    }

    [FactWithMount]
    public async Task A_start_on_a_full_disk_says_so_and_how_much_is_free()
    {
        using MountedFolder disk = new();
        disk.Fill();
        await StartInVainAsync(
            $"{disk.Path}/broker.db cannot be written, its disk is full: 0 bytes are free in {disk.Path}. Make room there.",
            Lines(disk.Path));
    }

    [FactWithMount]
    public async Task A_start_on_a_disk_that_may_only_be_read_says_how_to_mend_it()
    {
        using MountedFolder disk = new();
        disk.MakeReadOnly();
        await StartInVainAsync(
            $"{disk.Path} is on a file system that is mounted read-only: mount it for writing (mount -o remount,rw), or ",
            Lines(disk.Path));
    }

    [Access.FactAsRoot]
    public async Task A_start_in_a_folder_of_somebody_else_names_owner_mode_and_mend()
    {
        using TemporaryFolder folder = new();
        folder.OpenToAll();
        string data = Directory.CreateDirectory(folder.File("data")).FullName;
        await StartInVainAsync(
            $"{data} belongs to root and has mode 0755, the broker runs as nobody: change the owner (chown) or the mode (chmod).",
            Lines(data), "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
    }

    private static string Lines(string data) => $"persistence true\npersistence_location {data}\n";

    // The broker ends with what it says, whatever stands before it on the command line.
    private static async Task StartInVainAsync(string says, string lines, params string[] before)
    {
        using TemporaryFolder folder = new();
        folder.OpenToAll();
        string file = folder.Write(
            "mosquitto.conf", $"listener {FreePorts.Take()} 127.0.0.1\nallow_anonymous true\n{lines}\n");
        (string program, string[] first) = BrokerProcess.Command;
        string[] all = [.. before, program, .. first, "-c", file];
        ProcessRun run = await ProcessRun.OfAsync(all[0], all[1..]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(says, run.ToString(), StringComparison.Ordinal);
    }

    private static async Task<TestClient> ConnectAsync(int port, string clientId)
    {
        TestClient client = await TestClient.OverTcpAsync(port);
        await client.ConnectAsync(clientId);
        return client;
    }

    private static async Task LeaveSubscribedAsync(int port)
    {
        await using TestClient reader = await TestClient.OverTcpAsync(port);
        await reader.ConnectPersistentAsync("reader");
        await reader.SubscribeAsync("jobs", QualityOfService.AtLeastOnce);
        await reader.DisconnectAsync();
    }
}
