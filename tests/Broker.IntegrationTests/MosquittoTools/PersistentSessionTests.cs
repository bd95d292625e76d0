using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;

namespace Broker.IntegrationTests.MosquittoTools;

[Collection(nameof(SampleBrokerCollection))]
public sealed class PersistentSessionTests(SampleBroker broker)
{
    [Theory]
    [InlineData("mqttv31", 1)]
    [InlineData("mqttv311", 1)]
    [InlineData("mqttv311", 2)]
    [InlineData("mqttv5", 1)]
    [InlineData("mqttv5", 2)]
    public async Task Messages_wait_for_a_session_that_is_away(string version, int qos)
    {
        Endpoint endpoint = Endpoint.Of(broker, version: version);
        string topic = $"away/{version}/{qos}";
        string[] session = SessionOptions(version, $"away-{version}-{qos}", topic, qos);
        await MosquittoSub.SubscribeOnceAsync(endpoint, session);

        await MosquittoPub.SendLinesAsync(endpoint, topic, ["one", "two", "three"], qos);

        await using MosquittoSub sub = MosquittoSub.Launch(endpoint, "%q %p", [.. session, "-C", "3"]);
        Assert.Equal([$"{qos} one", $"{qos} two", $"{qos} three"], await sub.AllAsync());
    }

    [Fact]
    public async Task A_message_of_qos_0_does_not_wait()
    {
        Endpoint endpoint = Endpoint.Of(broker);
        string[] session = SessionOptions("mqttv311", "away-zero", "away/zero", 1);
        await MosquittoSub.SubscribeOnceAsync(endpoint, session);

        await MosquittoPub.SendAsync(endpoint, "away/zero", "lost", qos: 0);
        await MosquittoPub.SendAsync(endpoint, "away/zero", "kept", qos: 1);

        await using MosquittoSub sub = MosquittoSub.Launch(endpoint, "%p", [.. session, "-C", "1"]);
        Assert.Equal(["kept"], await sub.AllAsync());
    }

    [Fact]
    public async Task A_clean_session_ends_the_stored_one()
    {
        Endpoint endpoint = Endpoint.Of(broker);
        string[] session = SessionOptions("mqttv311", "away-clean", "away/clean", 1);
        await MosquittoSub.SubscribeOnceAsync(endpoint, session);
        await MosquittoPub.SendAsync(endpoint, "away/clean", "old", qos: 1);

        await MosquittoSub.SubscribeOnceAsync(endpoint, "-i", "away-clean", "-t", "elsewhere");
        await using MosquittoSub sub = await MosquittoSub.StartAsync(endpoint, "%p", [.. session, "-C", "1"]);
        await MosquittoPub.SendAsync(endpoint, "away/clean", "new", qos: 1);

        Assert.Equal(["new"], await sub.AllAsync());
    }

    private static string[] SessionOptions(string version, string clientId, string topic, int qos) =>
        ["-i", clientId, "-c", "-t", topic, "-q", $"{qos}", .. version == "mqttv5" ? new[] { "-x", "3600" } : []];
}
