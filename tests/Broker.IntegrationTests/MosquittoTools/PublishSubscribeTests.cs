using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;

namespace Broker.IntegrationTests.MosquittoTools;

[Collection(nameof(SampleBrokerCollection))]
public sealed class PublishSubscribeTests(SampleBroker broker)
{
    public static TheoryData<string, string, int> EveryWay
    {
        get
        {
            TheoryData<string, string, int> ways = [];
            foreach (string listener in new[] { "mqtt", "mqtts" })
                foreach (string version in new[] { "mqttv31", "mqttv311", "mqttv5" })
                    foreach (int qos in new[] { 0, 1, 2 })
                        ways.Add(listener, version, qos);
            return ways;
        }
    }

    [Theory]
    [MemberData(nameof(EveryWay))]
    public async Task A_message_reaches_its_subscriber(string listener, string version, int qos)
    {
        Endpoint endpoint = Endpoint.Of(broker, listener, version);
        string topic = $"reach/{listener}/{version}/{qos}";
        await using MosquittoSub sub =
            await MosquittoSub.StartAsync(endpoint, "%t %q %r %p", "-t", topic, "-q", $"{qos}", "-C", "1");

        await MosquittoPub.SendAsync(endpoint, topic, "hello", qos);

        Assert.Equal([$"{topic} {qos} 0 hello"], await sub.AllAsync());
    }

    [Theory]
    [InlineData("mqttv31", "mqttv5")]
    [InlineData("mqttv5", "mqttv31")]
    [InlineData("mqttv311", "mqttv5")]
    public async Task Versions_meet_on_one_port(string publisher, string subscriber)
    {
        string topic = $"meet/{publisher}/{subscriber}";
        await using MosquittoSub sub = await MosquittoSub.StartAsync(
            Endpoint.Of(broker, version: subscriber), "%t %q %p", "-t", "meet/+/" + subscriber, "-q", "2", "-C", "1");

        await MosquittoPub.SendAsync(Endpoint.Of(broker, version: publisher), topic, "across", 2);

        Assert.Equal([$"{topic} 2 across"], await sub.AllAsync());
    }

    [Theory]
    [InlineData(2, 0, 0)]
    [InlineData(0, 2, 0)]
    [InlineData(1, 2, 1)]
    [InlineData(2, 1, 1)]
    public async Task The_lower_qos_counts(int published, int granted, int effective)
    {
        Endpoint endpoint = Endpoint.Of(broker);
        string topic = $"lower/{published}/{granted}";
        await using MosquittoSub sub = await MosquittoSub.StartAsync(endpoint, "%q", "-t", topic, "-q", $"{granted}", "-C", "1");

        await MosquittoPub.SendAsync(endpoint, topic, "x", published);

        Assert.Equal([$"{effective}"], await sub.AllAsync());
    }

    [Theory]
    [InlineData("mqtt")]
    [InlineData("mqtts")]
    public async Task A_thousand_messages_arrive_in_order(string listener)
    {
        const int Count = 1000;
        Endpoint endpoint = Endpoint.Of(broker, listener);
        string topic = $"order/{listener}";
        await using MosquittoSub sub = await MosquittoSub.StartAsync(endpoint, "%p", "-t", topic, "-q", "1", "-C", $"{Count}");

        await MosquittoPub.SendLinesAsync(endpoint, topic, Enumerable.Range(1, Count).Select(i => $"{i}"), qos: 1);

        Assert.Equal(Enumerable.Range(1, Count).Select(i => $"{i}"), await sub.AllAsync());
    }

    [Theory]
    [InlineData("mqtt")]
    [InlineData("mqtts")]
    public async Task A_message_of_a_megabyte_arrives_whole(string listener)
    {
        Endpoint endpoint = Endpoint.Of(broker, listener);
        string topic = $"large/{listener}";
        string message = string.Concat(Enumerable.Range(0, 125_000).Select(i => $"{i:D8}"));
        await using MosquittoSub sub = await MosquittoSub.StartAsync(endpoint, "%p", "-t", topic, "-q", "1", "-C", "1");

        await MosquittoPub.SendInputAsync(endpoint, topic, message, qos: 1);

        Assert.Equal(message, (await sub.AllAsync()).Single());
    }

    [Fact]
    public async Task Properties_of_version_5_are_forwarded()
    {
        Endpoint endpoint = Endpoint.Of(broker, version: "mqttv5");
        await using MosquittoSub sub = await MosquittoSub.StartAsync(
            endpoint, "%C|%R|%D|%P|%S|%p", "-t", "properties", "-C", "1", "-D", "subscribe", "subscription-identifier", "7");

        await MosquittoPub.SendAsync(
            endpoint, "properties", "body", 1, "-D", "publish", "content-type", "text/plain",
            "-D", "publish", "response-topic", "answers", "-D", "publish", "correlation-data", "c1",
            "-D", "publish", "user-property", "colour", "red");

        Assert.Equal(["text/plain|answers|c1|colour:red|7|body"], await sub.AllAsync());
    }
}
