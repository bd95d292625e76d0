using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;

namespace Broker.IntegrationTests.MosquittoTools;

[Collection(nameof(SampleBrokerCollection))]
public sealed class WillTests(SampleBroker broker)
{
    [Theory]
    [InlineData("mqtt", "mqttv31", 0)]
    [InlineData("mqtt", "mqttv311", 1)]
    [InlineData("mqtt", "mqttv5", 2)]
    [InlineData("mqtts", "mqttv5", 1)]
    public async Task The_will_of_a_client_that_was_killed_is_published(string listener, string version, int qos)
    {
        Endpoint endpoint = Endpoint.Of(broker, listener, version);
        string topic = $"will/{listener}/{version}";
        await using MosquittoSub watcher =
            await MosquittoSub.StartAsync(endpoint, "%t %q %p", "-t", topic, "-q", "2", "-C", "1");
        await using MosquittoSub mortal = await StartWithWillAsync(endpoint, topic, qos);

        await mortal.KillAsync();

        Assert.Equal([$"{topic} {qos} gone"], await watcher.AllAsync());
    }

    [Fact]
    public async Task A_client_that_says_goodbye_has_no_will()
    {
        Endpoint endpoint = Endpoint.Of(broker);
        await using MosquittoSub watcher =
            await MosquittoSub.StartAsync(endpoint, "%p", "-t", "will/goodbye", "-q", "1", "-C", "1");

        await MosquittoSub.SubscribeOnceAsync(
            endpoint, "-t", "elsewhere", "--will-topic", "will/goodbye", "--will-payload", "gone", "--will-qos", "1");
        await MosquittoPub.SendAsync(endpoint, "will/goodbye", "after", 1);

        Assert.Equal(["after"], await watcher.AllAsync());
    }

    [Fact]
    public async Task A_retained_will_stays()
    {
        Endpoint endpoint = Endpoint.Of(broker);
        await using MosquittoSub watcher =
            await MosquittoSub.StartAsync(endpoint, "%r", "-t", "will/retained", "-q", "1", "-C", "1");
        await using MosquittoSub mortal = await StartWithWillAsync(endpoint, "will/retained", 1, "--will-retain");
        await mortal.KillAsync();
        await watcher.AllAsync();

        await using MosquittoSub late = MosquittoSub.Launch(endpoint, "%r %p", "-t", "will/retained", "-C", "1");

        Assert.Equal(["1 gone"], await late.AllAsync());
    }

    private static Task<MosquittoSub> StartWithWillAsync(Endpoint endpoint, string topic, int qos, params string[] more) =>
        MosquittoSub.StartAsync(
            endpoint, "%p",
            ["-t", "elsewhere", "--will-topic", topic, "--will-payload", "gone", "--will-qos", $"{qos}", .. more]);
}
