using Broker.Protocol;
using Broker.TestKit;

namespace Broker.IntegrationTests.Reload;

/// <summary>SIGHUP and access lists: living clients have the new rights, and a list that is wrong changes nothing.</summary>
public sealed class AccessReloadTests
{
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
}
