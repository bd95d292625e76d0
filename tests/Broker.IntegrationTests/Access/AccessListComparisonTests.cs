using System.Buffers.Binary;
using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Access;

/// <summary>Debian's mosquitto and the broker read the same access list and decide alike, for every client and topic.</summary>
public sealed class AccessListComparisonTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(0)]
    [Directive("acl_file"), Directive("acl_pattern_names")]
    public async Task Both_decide_alike_about_lists_made_by_chance(int seed)
    {
        if (seed == 0) seed = Random.Shared.Next();
        var random = new Random(seed);
        for (int round = 0; round < 3; round++)
        {
            var list = new RandomAccessList(random);
            string text = list.Text();
            string[] topics = list.Topics();
            using var folder = new TemporaryFolder();
            folder.OpenToAll();
            folder.Write("acl", text);
            (int theirs, int ours) = (FreePorts.Take(), FreePorts.Take());
            await using MosquittoProcess mosquitto = await MosquittoProcess.StartAsync(Configure(folder, theirs, ""));
            await using BrokerProcess broker =
                await BrokerProcess.StartAsync(Configure(folder, ours, "acl_pattern_names any\n"));
            for (int i = 0; i < 12; i++)
            {
                string? user = RandomAccessList.Users[random.Next(RandomAccessList.Users.Length)];
                string client = RandomAccessList.Clients[random.Next(RandomAccessList.Clients.Length)];
                string expected = await DecisionsAsync(theirs, user, client, topics);
                string decided = await DecisionsAsync(ours, user, client, topics);
                Assert.True(
                    expected == decided,
                    $"seed {seed}, user '{user}', client '{client}'\nmosquitto {expected}\nbroker    {decided}\n{text}");
            }
        }
    }

    [Theory]
    [InlineData("topic", 3)]
    [InlineData("topic some a", 3)]
    [InlineData("topic read a # b", 3)]
    [InlineData("user", 3)]
    [InlineData("hello", 3)]
    [InlineData("topic read a/#/b", 3)]
    [InlineData("topic\tread a", 3)]
    public async Task Both_do_not_start_with_a_broken_list(string line, int status)
    {
        using var folder = new TemporaryFolder();
        folder.OpenToAll();
        folder.Write("acl", line + "\n");
        string file = Configure(folder, FreePorts.Take(), "");

        ProcessRun mosquitto = await ProcessRun.OfAsync("/usr/sbin/mosquitto", ["-c", file]);
        await using ChildProcess broker = BrokerProcess.Launch(["-c", file]);

        Assert.Equal((status, status), (mosquitto.ExitCode, await broker.WaitForExitAsync()));
    }

    private static string Configure(TemporaryFolder folder, int port, string more) => folder.Write(
        $"{port}.conf", $"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\nacl_file {folder.File("acl")}\n{more}");

    /// <summary>What a client may write, then what it may read.</summary>
    private static async Task<string> DecisionsAsync(int port, string? user, string client, string[] topics)
    {
        await using TestClient reader = await ConnectAsync(port, ProtocolVersion.Mqtt311, user, client);
        await reader.SubscribeAsync("#");
        await reader.SubscribeAsync("$x/#");
        await using TestClient publisher =
            await ConnectAsync(port, ProtocolVersion.Mqtt311, RandomAccessList.Everybody, "publisher");
        foreach (string topic in topics) await publisher.PublishAsync(new(topic, "x"));
        await publisher.PingFenceAsync();
        HashSet<string> read = await ReadToPingAsync(reader);
        await reader.DisconnectAsync();

        await using TestClient writer = await ConnectAsync(port, ProtocolVersion.Mqtt50, user, client);
        List<string> written = [];
        foreach (string topic in topics)
        {
            await writer.PublishAsync(new(topic, "", QualityOfService.AtLeastOnce));
            AckPacket answer = await writer.ReadAsync<AckPacket>();
            if (answer.ReasonCode != ReasonCode.NotAuthorized) written.Add(topic);
        }
        return $"writes {Sorted(written)} reads {Sorted(read)}";
    }

    private static string Sorted(IEnumerable<string> topics) =>
        string.Join(", ", topics.Order(StringComparer.Ordinal).Select(topic => $"'{topic}'"));

    private static async Task<HashSet<string>> ReadToPingAsync(TestClient reader)
    {
        const byte PingResp = 0xD0;
        await reader.PingAsync();
        HashSet<string> topics = [];
        while (await reader.ReadFrameAsync() is { } frame && frame[0] != PingResp)
        {
            // A short PUBLISH with QoS 0: first byte, one byte of length, topic.
            int length = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(2));
            topics.Add(Encoding.UTF8.GetString(frame, 4, length));
        }
        return topics;
    }

    private static async Task<TestClient> ConnectAsync(int port, ProtocolVersion version, string? user, string client)
    {
        TestClient connected = await TestClient.OverTcpAsync(port, version);
        await connected.ConnectAsync(client, packet => packet with { UserName = user });
        return connected;
    }
}
