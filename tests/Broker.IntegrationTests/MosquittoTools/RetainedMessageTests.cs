using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;

namespace Broker.IntegrationTests.MosquittoTools;

[Collection(nameof(SampleBrokerCollection))]
public sealed class RetainedMessageTests(SampleBroker broker)
{
    [Theory]
    [InlineData("mqttv31")]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task A_late_subscriber_gets_the_last_retained_message(string version)
    {
        Endpoint endpoint = Endpoint.Of(broker, version: version);
        string topic = $"retained/{version}/lamp";
        await MosquittoPub.SendAsync(endpoint, topic, "off", 1, "-r");
        await MosquittoPub.SendAsync(endpoint, topic, "on", 1, "-r");

        await using MosquittoSub sub = MosquittoSub.Launch(endpoint, "%t %r %p", "-t", $"retained/{version}/#", "-C", "1");

        Assert.Equal([$"{topic} 1 on"], await sub.AllAsync());
    }

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task An_empty_message_clears_it(string version)
    {
        Endpoint endpoint = Endpoint.Of(broker, version: version);
        string topic = $"cleared/{version}";
        await MosquittoPub.SendAsync(endpoint, topic, "old", 1, "-r");
        await MosquittoPub.RunAsync(endpoint, "-t", topic, "-n", "-r", "-q", "1");

        await using MosquittoSub sub = await MosquittoSub.StartAsync(endpoint, "%r %p", "-t", topic, "-q", "1", "-C", "1");
        await MosquittoPub.SendAsync(endpoint, topic, "live", 1);

        Assert.Equal(["0 live"], await sub.AllAsync());
    }

    [Fact]
    public async Task A_subscriber_who_is_there_gets_it_as_a_live_message()
    {
        Endpoint endpoint = Endpoint.Of(broker);
        await using MosquittoSub sub = await MosquittoSub.StartAsync(endpoint, "%r %p", "-t", "retained/live", "-C", "1");

        await MosquittoPub.SendAsync(endpoint, "retained/live", "now", 0, "-r");

        Assert.Equal(["0 now"], await sub.AllAsync());
    }
}
