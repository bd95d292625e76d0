using Broker.IntegrationTests.Clients;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Durability;

/// <summary>What an operator sees of the store: at a start, after a kill, when the file is not what it should be.</summary>
public sealed class DurableStartTests
{
    private static readonly byte[] MosquittoFile = [0, 0xB5, 0, .. "mosquitto db"u8, 0, 0, 0, 6];

    [Fact]
    [Demand("A8")]
    [Directive("persistence")]
    public async Task What_was_acknowledged_is_there_after_a_kill()
    {
        await using DurableBroker broker = new();
        await broker.StartAsync();
        await MosquittoSub.SubscribeOnceAsync(broker.Endpoint, "-i", "reader", "-c", "-q", "2", "-t", "jobs/#");
        await MosquittoPub.SendLinesAsync(broker.Endpoint, "jobs/a", Enumerable.Range(1, 500).Select(i => $"{i}"), 1);
        await MosquittoPub.SendAsync(broker.Endpoint, "kept", "on", 1, "-r");
        await broker.Process.KillAsync();

        await broker.StartAsync();

        await broker.Process.Log.WaitForAsync("Loaded 1 sessions, 1 subscriptions, 500 queued and 1 retained messages.");
        await using MosquittoSub reader = MosquittoSub.Launch(
            broker.Endpoint, "%p", "-i", "reader", "-c", "-q", "2", "-t", "jobs/#", "-C", "500");
        Assert.Equal(Enumerable.Range(1, 500).Select(i => $"{i}"), await reader.AllAsync());
        await using MosquittoSub retained = MosquittoSub.Launch(broker.Endpoint, "%p", "-t", "kept", "-C", "1");
        Assert.Equal(["on"], await retained.AllAsync());
    }

    [Fact]
    public async Task The_stop_says_what_was_written()
    {
        await using DurableBroker broker = new();
        await broker.StartAsync();
        await MosquittoSub.SubscribeOnceAsync(broker.Endpoint, "-i", "reader", "-c", "-q", "1", "-t", "a");
        await MosquittoPub.SendAsync(broker.Endpoint, "a", "x", 1);

        Assert.Equal(0, await broker.Process.StopAsync());

        await broker.Process.Log.WaitForAsync(
            line => line.Contains("Store closed: ", StringComparison.Ordinal)
                && !line.Contains(" 0 rows written", StringComparison.Ordinal),
            "the line with the rows written");
    }

    [Fact]
    public async Task A_store_that_another_broker_has_open_is_named_and_the_status_is_1()
    {
        await using DurableBroker broker = new();
        await broker.StartAsync();

        await using ChildProcess second = broker.Launch();

        Assert.Equal(1, await second.WaitForExitAsync());
        Assert.Contains($"{broker.Folder.File("broker.db")} is in use", second.Lines.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Directive("persistence_location"), Directive("persistence_file")]
    public async Task Mosquittos_own_file_stays_as_it_is_and_ours_is_beside_it()
    {
        await using DurableBroker broker = new("persistence_file mosquitto.db");
        string theirs = broker.Folder.File("mosquitto.db");
        File.WriteAllBytes(theirs, MosquittoFile);

        await broker.StartAsync();

        await broker.Process.Log.WaitForAsync($"{theirs} is mosquitto's own and stays as it is");
        Assert.Equal(MosquittoFile, File.ReadAllBytes(theirs));
        Assert.True(File.Exists(theirs + ".broker"), "there is no store");
    }

    [Fact]
    [Demand("A5")]
    public async Task A_damaged_file_is_moved_aside_and_named()
    {
        await using DurableBroker broker = new();
        byte[] damaged = [.. "SQLite format 3\0"u8, .. new byte[5000]];
        File.WriteAllBytes(broker.Folder.File("broker.db"), damaged);

        await broker.StartAsync();

        await broker.Process.Log.WaitForAsync("was damaged. It is now ");
        string aside = Assert.Single(Directory.GetFiles(broker.Folder.Path, "broker.db.damaged-*"));
        Assert.Equal(damaged, File.ReadAllBytes(aside));
        await MosquittoPub.SendAsync(broker.Endpoint, "a", "x", 1, "-r");
    }

    [Fact]
    [Demand("A5")]
    [Directive("on_store_damage")]
    public async Task A_damaged_file_ends_the_start_where_the_file_says_so()
    {
        await using DurableBroker broker = new("on_store_damage stop");
        File.WriteAllText(broker.Folder.File("broker.db"), new string('x', 5000));

        await using ChildProcess start = broker.Launch();

        Assert.Equal(1, await start.WaitForExitAsync());
        Assert.Contains("broker.db is damaged", start.Lines.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(broker.Folder.Path, "*.damaged-*"));
    }

    [Fact]
    [Demand("A6")]
    public async Task Sigusr1_needs_to_save_nothing()
    {
        await using DurableBroker broker = new();
        await broker.StartAsync();

        broker.Process.Save();

        await broker.Process.Log.WaitForAsync("SIGUSR1: ");
        await MosquittoPub.SendAsync(broker.Endpoint, "a", "x", 1);
    }

    [Fact]
    public async Task The_messages_are_nobody_elses_to_read()
    {
        await using DurableBroker broker = new();
        await broker.StartAsync();

        foreach (string file in Directory.GetFiles(broker.Folder.Path, "broker.db*"))
        {
            if (OperatingSystem.IsWindows() || file.EndsWith(".lock", StringComparison.Ordinal)) continue;
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }
}
