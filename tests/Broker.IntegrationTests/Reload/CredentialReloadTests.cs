using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.IntegrationTests.Reload;

/// <summary>Who may stay and who may come after SIGHUP.</summary>
public sealed class CredentialReloadTests
{
    [Theory]
    [InlineData(ProtocolVersion.Mqtt311)]
    [InlineData(ProtocolVersion.Mqtt50)]
    public async Task A_user_who_is_gone_is_disconnected_and_the_others_stay(ProtocolVersion version)
    {
        await using ReloadedBroker broker = await ReloadedBroker.StartClosedAsync();
        await using TestClient ann = await broker.ConnectAsync("ann", version);
        await using TestClient joe = await broker.ConnectAsync("joe", version);

        await broker.RemoveUserAsync("joe");
        await broker.ReloadAsync();

        await joe.ExpectDisconnectAsync(ReasonCode.NotAuthorized);
        await ann.PingFenceAsync();
        await broker.Log.WaitForAsync("disconnected: not authorised any more.");
        Assert.NotEqual(ReasonCode.Success, await AnswerAsync(broker, "joe"));
    }

    [Fact]
    [Directive("password_file")]
    public async Task A_new_user_is_let_in_without_a_restart()
    {
        await using ReloadedBroker broker = await ReloadedBroker.StartClosedAsync();
        Assert.NotEqual(ReasonCode.Success, await AnswerAsync(broker, "eve"));

        await broker.SetPasswordsAsync("ann", "eve");
        await broker.ReloadAsync();

        await using TestClient eve = await broker.ConnectAsync("eve");
    }

    [Fact]
    public async Task A_user_whose_line_is_another_has_to_show_the_password_again()
    {
        await using ReloadedBroker broker = await ReloadedBroker.StartClosedAsync();
        await using TestClient ann = await broker.ConnectAsync("ann");

        // The same password with another salt: without the password nobody can tell.
        await broker.SetPasswordsAsync("ann");
        await broker.ReloadAsync();

        await ann.ExpectDisconnectAsync(ReasonCode.NotAuthorized);
        await using TestClient again = await broker.ConnectAsync("ann");
    }

    [Fact]
    public async Task A_password_file_under_another_name_with_the_same_lines_keeps_everybody()
    {
        await using ReloadedBroker broker = await ReloadedBroker.StartClosedAsync();
        await using TestClient ann = await broker.ConnectAsync("ann");
        string moved = broker.Folder.File("moved");
        File.Copy(broker.Passwords, moved);

        broker.Write($"password_file {moved}");
        await broker.ReloadAsync();
        await ann.PingFenceAsync();
        await broker.ReloadAsync();

        await ann.PingFenceAsync();
    }

    [Fact]
    [Directive("allow_anonymous")]
    public async Task Those_without_a_name_have_to_go_when_they_are_no_longer_wanted()
    {
        await using ReloadedBroker broker = await ReloadedBroker.StartAsync(it =>
            $"listener {it.Port} 127.0.0.1\npassword_file {it.Passwords}\nallow_anonymous true\n");
        await using TestClient stranger = await TestClient.OverTcpAsync(broker.Port, ProtocolVersion.Mqtt50);
        await stranger.ConnectAsync("stranger");
        await using TestClient ann = await broker.ConnectAsync("ann");

        broker.Write("allow_anonymous false");
        await broker.ReloadAsync();

        await stranger.ExpectDisconnectAsync(ReasonCode.NotAuthorized);
        await ann.PingFenceAsync();
    }

    [Fact]
    public async Task A_damaged_password_file_is_named_with_its_line_and_changes_nothing()
    {
        await using ReloadedBroker broker = await ReloadedBroker.StartClosedAsync();
        await using TestClient ann = await broker.ConnectAsync("ann");
        await File.WriteAllTextAsync(broker.Passwords, "# nobody\nann:plain\n");

        await broker.ReloadInVainAsync();

        await broker.Log.WaitForAsync($"Error: {broker.Passwords}:2: The password of user 'ann'");
        await ann.PingFenceAsync();
        await using TestClient joe = await broker.ConnectAsync("joe");
    }

    private static async Task<ReasonCode> AnswerAsync(ReloadedBroker broker, string name)
    {
        await using TestClient client = await TestClient.OverTcpAsync(broker.Port, ProtocolVersion.Mqtt50);
        ConnAckPacket answer = await client.TryConnectAsync(
            name, packet => packet with { UserName = name, Password = ReloadedBroker.Bytes(name) });
        return answer.ReasonCode;
    }
}
