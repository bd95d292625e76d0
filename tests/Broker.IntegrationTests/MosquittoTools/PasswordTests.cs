using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;
using Broker.TestKit.Processes;
using Broker.TestKit;

namespace Broker.IntegrationTests.MosquittoTools;

[Collection(nameof(SampleBrokerCollection))]
public sealed class PasswordTests(SampleBroker broker)
{
    [Theory]
    [InlineData("mqtt", "mqttv31")]
    [InlineData("mqtt", "mqttv311")]
    [InlineData("mqtt", "mqttv5")]
    [InlineData("mqtts", "mqttv311")]
    public async Task The_right_password_lets_in(string listener, string version)
    {
        Endpoint endpoint = Endpoint.Of(broker, listener, version) with { User = (SampleBroker.UserName, SampleBroker.Password) };

        await MosquittoPub.SendAsync(endpoint, "password/right", "x", qos: 1);
    }

    [Theory]
    [InlineData("mqtt", "mqttv31", "ann", "wrong")]
    [InlineData("mqtt", "mqttv311", "ann", "wrong")]
    [InlineData("mqtt", "mqttv5", "ann", "wrong")]
    [InlineData("mqtt", "mqttv311", "nobody", "secret")]
    [InlineData("mqtts", "mqttv311", "ann", "wrong")]
    [Directive("password_file")]
    public async Task A_wrong_one_does_not_although_strangers_may_enter(
        string listener, string version, string name, string password)
    {
        Endpoint endpoint = Endpoint.Of(broker, listener, version) with { User = (name, password) };

        ProcessRun run = await MosquittoPub.RunAsync(endpoint, "-t", "password/wrong", "-m", "x", "-q", "1");

        Assert.NotEqual(0, run.ExitCode);
        // The client's words: "not authorised" up to 3.1.1, "Not authorized" for the reason code of 5.0.
        Assert.Contains(run.Errors, line => line.Contains("not authori", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Without_allow_anonymous_a_listener_wants_a_name()
    {
        await using ConfiguredBroker closed = await ConfiguredBroker.StartAsync(
            (port, _) => $"listener {port} 127.0.0.1\n");

        ProcessRun run = await MosquittoPub.RunAsync(new Endpoint(closed.Port), "-t", "a", "-m", "x");

        Assert.Equal(5, run.ExitCode);
        Assert.Contains(run.Errors, line => line.Contains("not authorised", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_log_names_the_user()
    {
        Endpoint endpoint = Endpoint.Of(broker) with { User = (SampleBroker.UserName, SampleBroker.Password) };

        await MosquittoPub.SendAsync(endpoint, "password/log", "x", 1, "-i", "named-user");

        await broker.Process.Log.WaitForAsync(" as named-user (p2, c1, k60, u'ann').");
    }
}
