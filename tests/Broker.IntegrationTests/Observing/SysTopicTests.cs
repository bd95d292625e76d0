using System.Text.RegularExpressions;
using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;
using Broker.TestKit.Processes;
using Broker.TestKit;

namespace Broker.IntegrationTests.Observing;

/// <summary><c>$SYS</c> beside Debian's mosquitto: the same topics, retained, with values of the same form.</summary>
public sealed partial class SysTopicTests
{
    /// <summary>Of mosquitto 2.1; Debian's is older.</summary>
    private static readonly string[] Newer =
        ["$SYS/broker/connections/socket/count", "$SYS/broker/packet/out/bytes", "$SYS/broker/packet/out/count"];

    /// <summary>mosquitto publishes it when somebody was connected for an interval.</summary>
    private const string Late = "$SYS/broker/clients/maximum";

    [Fact]
    public async Task Every_topic_of_mosquitto_is_there_with_a_value_of_the_same_form()
    {
        using TemporaryFolder folder = new();
        folder.OpenToAll();
        Endpoint[] endpoints = [new(FreePorts.Take()), new(FreePorts.Take())];
        string[] files = [.. endpoints.Select(endpoint => folder.Write(
            $"{endpoint.Port}.conf", $"listener {endpoint.Port} 127.0.0.1\nallow_anonymous true\nsys_interval 1\n"))];
        await using MosquittoProcess mosquitto = await MosquittoProcess.StartAsync(files[0]);
        await using BrokerProcess broker = await BrokerProcess.StartAsync(files[1]);

        SortedDictionary<string, string> expected = await ReadAsync(endpoints[0]);
        SortedDictionary<string, string> actual = await ReadAsync(endpoints[1]);

        Assert.True(expected.Count > 50, $"{expected.Count} topics of mosquitto");
        Assert.Equal(expected.Keys, actual.Keys.Except(Newer));
        Assert.Empty(Newer.Except(actual.Keys));
        Assert.All(expected, pair => Assert.Equal((pair.Key, Form(pair.Value)), (pair.Key, Form(actual[pair.Key]))));
    }

    [Fact]
    public async Task They_are_counted_as_mosquitto_counts()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync("sys_interval 1");
        Endpoint endpoint = new(broker.Port);
        await using MosquittoSub sub = await MosquittoSub.StartAsync(endpoint, "%t %p", "-t", "$SYS/broker/publish/#", "-i", "s");
        await MosquittoPub.SendAsync(endpoint, "a", "12345", 1);
        await sub.WaitForAsync("$SYS/broker/publish/bytes/received 5");
        await sub.WaitForAsync("$SYS/broker/publish/messages/received 1");
    }

    [Fact]
    public async Task They_are_not_what_a_wildcard_at_the_first_level_asks_for()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync("sys_interval 1");
        Endpoint endpoint = new(broker.Port);
        await using MosquittoSub all =
            await MosquittoSub.StartAsync(endpoint, "%t", "-t", "#", "-t", "+/broker/uptime", "-C", "1");
        await using MosquittoSub sys = await MosquittoSub.StartAsync(endpoint, "%t", "-t", "$SYS/broker/uptime");
        // The retained one and one that came live.
        await sys.MessagesAsync(2);

        await MosquittoPub.SendAsync(endpoint, "fence", "x", 1);

        Assert.Equal(["fence"], await all.AllAsync());
    }

    [Fact]
    public async Task They_are_not_kept_in_the_store()
    {
        using TemporaryFolder folder = new();
        int port = FreePorts.Take();
        string file = folder.Write(
            "mosquitto.conf",
            $"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\npersistence true\n"
            + $"persistence_location {folder.Path}\n");
        await using (BrokerProcess first = await BrokerProcess.StartAsync(file)) Assert.Equal(0, await first.StopAsync());

        await using BrokerProcess second = await BrokerProcess.StartAsync(file);

        await second.Log.WaitForAsync("Loaded 0 sessions, 0 subscriptions, 0 queued and 0 retained messages.");
    }

    [Fact]
    [Directive("sys_interval")]
    public async Task Interval_zero_has_none()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync("sys_interval 0");
        Endpoint endpoint = new(broker.Port);
        await using MosquittoSub sub =
            await MosquittoSub.StartAsync(endpoint, "%t", "-t", "$SYS/#", "-t", "fence", "-C", "1");

        await MosquittoPub.SendAsync(endpoint, "fence", "x", 1);

        Assert.Equal(["fence"], await sub.AllAsync());
    }

    [Fact]
    public async Task A_reload_changes_the_interval()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync("sys_interval 0");
        Endpoint endpoint = new(broker.Port);
        await using MosquittoSub sub = await MosquittoSub.StartAsync(endpoint, "%t", "-t", "$SYS/broker/uptime", "-C", "3");
        string file = broker.Folder.File("mosquitto.conf");
        string text = await File.ReadAllTextAsync(file);

        broker.Folder.Write("mosquitto.conf", text.Replace("sys_interval 0", "sys_interval 1", StringComparison.Ordinal));
        broker.Process.Reload();

        Assert.Equal(Enumerable.Repeat("$SYS/broker/uptime", 3), await sub.AllAsync());
    }

    // Until all have come that a client gets which has been there for a while.
    private static async Task<SortedDictionary<string, string>> ReadAsync(Endpoint endpoint)
    {
        await using MosquittoSub first = await MosquittoSub.StartAsync(endpoint, "%t", "-t", Late, "-i", "first");
        await first.MessageAsync();
        await MosquittoPub.SendAsync(endpoint, "fence", "x", 1, "-r");
        await using MosquittoSub sub =
            MosquittoSub.Launch(endpoint, "%t %r %p", "-t", "$SYS/#", "-t", "fence", "-i", "second");
        await sub.WaitForAsync("fence 1 x");
        SortedDictionary<string, string> topics = new(StringComparer.Ordinal);
        foreach (string line in sub.Messages)
        {
            Match match = TopicAndValue().Match(line);
            if (match.Success) topics.TryAdd(match.Groups["topic"].Value, match.Groups["value"].Value);
        }
        return topics;
    }

    private static string Form(string value) =>
        Digits().Replace(value, "9").Replace("mosquitto", "broker", StringComparison.Ordinal);

    [GeneratedRegex(@"^(?<topic>\$SYS.*?) 1 (?<value>.*)$")]
    private static partial Regex TopicAndValue();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
