using Broker.IntegrationTests.Access;
using Broker.IntegrationTests.Fixtures;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Directives;

/// <summary>Directives whose effect an operator sees in the log and in what belongs to the process.</summary>
public sealed class LogDirectiveTests
{
    private static async Task<string> LineOfSubscriberAsync(ConfiguredBroker broker)
    {
        await using TestClient client = await TestClient.OverTcpAsync(broker.Port);
        await client.ConnectAsync("someone");
        await client.SubscribeAsync("a/topic");
        return await broker.Process.Log.WaitForAsync("a/topic");
    }

    [Theory, Directive("log_timestamp"), Directive("log_timestamp_format")]
    [InlineData("", @"^\d{10,}: \S")]
    [InlineData("log_timestamp false", @"^[^\d:]\S*[^:] ")]
    [InlineData("log_timestamp_format at %Y-%m-%dT%H:%M:%S", @"^at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d: \S")]
    public async Task Lines_begin_with_the_time_in_the_form_that_is_wanted(string line, string form)
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync("log_type all\n" + line);

        Assert.Matches(form, await broker.Process.Log.WaitForAsync(" running"));
    }

    [Theory, Directive("connection_messages")]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task Who_comes_and_goes_is_logged_unless_that_is_not_wanted(string value, bool isLogged)
    {
        await using ConfiguredBroker broker =
            await ConfiguredBroker.StartOpenAsync($"log_type all\nconnection_messages {value}");

        await LineOfSubscriberAsync(broker);

        Assert.Equal(isLogged, broker.Process.Log.All.Any(
            line => line.Contains("New client connected from", StringComparison.Ordinal)));
    }

    [FactAsRoot, Directive("user")]
    public async Task The_process_becomes_the_user_of_the_file()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync("user nobody");

        string[] status = await File.ReadAllLinesAsync($"/proc/{broker.Process.Id}/status");

        ProcessRun id = await ProcessRun.OfAsync("id", ["-u", "nobody"]);
        string uid = status.Single(line => line.StartsWith("Uid:", StringComparison.Ordinal));
        Assert.All(uid.Split('\t')[1..], number => Assert.Equal(id.Output.Single(), number));
    }
}
