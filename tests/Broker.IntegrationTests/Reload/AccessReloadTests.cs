using Broker.Protocol;
using Broker.TestKit;

namespace Broker.IntegrationTests.Reload;

/// <summary>SIGHUP and access lists: living clients have the new rights, and a list that is wrong changes nothing.</summary>
public sealed class AccessReloadTests
{
    private const int Count = 1000;
    private const string Everything = "user ann\ntopic write #\nuser joe\ntopic read #\n";

    private static Task<ReloadedBroker> StartAsync(string list) => ReloadedBroker.StartAsync(broker =>
    {
        if (!File.Exists(broker.Folder.File("acl"))) broker.Folder.Write("acl", list);
        return $"listener {broker.Port} 127.0.0.1\npassword_file {broker.Passwords}\nacl_file {broker.Folder.File("acl")}\n";
    });

    private static async Task<ReasonCode> PublishAsync(TestClient client, string topic)
    {
        await client.PublishAsync(new(topic, "x", QualityOfService.AtLeastOnce));
        return (await client.ReadAsync<Protocol.Packets.AckPacket>()).ReasonCode;
    }

    [Fact]
    [Directive("acl_file")]
    public async Task Living_clients_have_the_rights_of_the_new_list()
    {
        await using ReloadedBroker broker = await StartAsync("user ann\ntopic write a\nuser joe\ntopic read a\n");
        await using TestClient ann = await broker.ConnectAsync("ann");
        await using TestClient joe = await broker.ConnectAsync("joe");
        await joe.SubscribeAsync("#");
        Assert.Equal(ReasonCode.Success, await PublishAsync(ann, "a"));
        await joe.ExpectPublishAsync("a", "x");
        Assert.Equal(ReasonCode.NotAuthorized, await PublishAsync(ann, "b"));

        broker.Folder.Write("acl", "user ann\ntopic write #\nuser joe\ntopic read b\n");
        await broker.ReloadAsync();

        Assert.Equal(ReasonCode.NoMatchingSubscribers, await PublishAsync(ann, "a"));
        Assert.Equal(ReasonCode.Success, await PublishAsync(ann, "b"));
        await joe.ExpectPublishAsync("b", "x");
    }

    [Fact]
    [Directive("acl_test_file")]
    public async Task A_broken_list_and_one_that_is_not_as_expected_change_nothing()
    {
        await using ReloadedBroker broker = await StartAsync("user ann\ntopic write a\n");
        await using TestClient ann = await broker.ConnectAsync("ann");

        string list = broker.Folder.Write("acl", "user ann\ntopics write b\n");
        await broker.ReloadInVainAsync();
        await broker.Log.WaitForAsync($"Error: {list}:2:1: a line begins with 'user', 'topic' or 'pattern', not 'topics'");
        Assert.Equal(ReasonCode.NoMatchingSubscribers, await PublishAsync(ann, "a"));

        broker.Folder.Write("acl", "user ann\ntopic write b\n");
        string tests = broker.Folder.Write("expected", "user ann\nallow write a\n");
        broker.Write($"acl_test_file {tests}");
        await broker.ReloadInVainAsync();
        await broker.Log.WaitForAsync($"Error: {tests}:2:1: user 'ann', client 'test', may not write 'a': no line gives it");
        Assert.Equal(ReasonCode.NotAuthorized, await PublishAsync(ann, "b"));

        broker.Folder.Write("expected", "user ann\nallow write b\n");
        await broker.ReloadAsync();
        Assert.Equal(ReasonCode.NoMatchingSubscribers, await PublishAsync(ann, "b"));
    }

    [Fact]
    public async Task A_list_that_changes_under_load_holds_for_who_is_there_and_for_who_is_away_and_costs_no_other_message()
    {
        await using ReloadedBroker broker = await ReloadedBroker.StartAsync(it => $"listener {it.Port} 127.0.0.1\n"
            + $"password_file {it.Passwords}\nacl_file {it.Folder.Write("acl", Everything)}\n"
            + $"persistence true\npersistence_location {it.Folder.Path}/\nmax_queued_messages 0\n");
        await using (TestClient away = await TestClient.OverTcpAsync(broker.Port, ProtocolVersion.Mqtt50))
        {
            await ResumeAsync(away);
            await away.SubscribeAsync("load/#", QualityOfService.AtLeastOnce);
            await away.DisconnectAsync();
        }
        await using TestClient joe = await broker.ConnectAsync("joe");
        await joe.SubscribeAsync("load/#", QualityOfService.AtLeastOnce);
        await using TestClient ann = await broker.ConnectAsync("ann");

        TaskCompletionSource isHalf = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task written = WriteAsync(ann, isHalf);
        Task<List<string>> read = ReadAsync(joe);
        await isHalf.Task;
        broker.Folder.Write("acl", "user ann\ntopic write #\nuser joe\ntopic read load/open\n");
        await broker.ReloadAsync();
        await written;
        await PublishAsync(ann, "load/secret");
        await ann.PublishAndCompleteAsync(new OutgoingPublish("load/open", "end", QualityOfService.AtLeastOnce));

        string[] open = [.. Enumerable.Range(0, Count).Select(number => $"load/open {number}"), "load/open end"];
        List<string> living = await read;
        Assert.Equal(open, living.Where(line => line.StartsWith("load/open", StringComparison.Ordinal)));
        Assert.DoesNotContain("load/secret x", living);
        await using TestClient back = await TestClient.OverTcpAsync(broker.Port, ProtocolVersion.Mqtt50);
        await ResumeAsync(back);
        Assert.Equal(open, await ReadAsync(back));
    }

    private static Task<Protocol.Packets.ConnAckPacket> ResumeAsync(TestClient client) => client.ConnectAsync(
        "away", packet => packet with
        {
            CleanStart = false,
            SessionExpiryIntervalSeconds = uint.MaxValue,
            UserName = "joe",
            Password = ReloadedBroker.Bytes("joe"),
        });

    private static async Task WriteAsync(TestClient writer, TaskCompletionSource isHalf)
    {
        for (int i = 0; i < Count; i++)
        {
            if (i == Count / 2) isHalf.SetResult();
            foreach (string topic in (string[])["load/open", "load/secret"])
                await writer.PublishAndCompleteAsync(new OutgoingPublish(topic, $"{i}", QualityOfService.AtLeastOnce));
        }
    }

    private static async Task<List<string>> ReadAsync(TestClient reader)
    {
        List<string> lines = [];
        while (lines is [] || lines[^1] != "load/open end")
        {
            ReceivedPublish message = await reader.ReceiveAndCompleteAsync();
            lines.Add($"{message.Topic} {message.Text}");
        }
        return lines;
    }
}
