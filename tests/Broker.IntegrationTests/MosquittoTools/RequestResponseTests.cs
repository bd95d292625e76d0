using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.RealClients;
using Broker.Protocol;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.MosquittoTools;

/// <summary>mosquitto_rr, which asks and waits for the answer, and the tools over a unix socket.</summary>
public sealed class RequestResponseTests(EveryTransport broker) : IClassFixture<EveryTransport>
{
    [Theory]
    [InlineData("mqtt", "mqttv311", 1)]
    [InlineData("mqtt", "mqttv5", 0)]
    [InlineData("mqtts", "mqttv5", 1)]
    [InlineData("unix", "mqttv5", 2)]
    public async Task A_request_is_answered(string transport, string version, int qos)
    {
        string topic = $"rr/{transport}/{version}";
        await using TestClient answerer = await TestClient.OverTcpAsync(broker.PortOf("mqtt"), ProtocolVersion.Mqtt50);
        await answerer.ConnectAsync($"answerer-{transport}-{version}");
        await answerer.SubscribeAsync($"{topic}/ask", QualityOfService.ExactlyOnce);
        Task<ProcessRun> asking = ProcessRun.OfAsync("mosquitto_rr",
        [
            .. EndpointOf(transport, version).Arguments(), "-q", $"{qos}", "-t", $"{topic}/ask", "-e", $"{topic}/answer",
            "-m", "how are you", "-W", "20",
        ]);

        ReceivedPublish question = await answerer.ReceiveAndCompleteAsync();
        Assert.Equal(("how are you", (QualityOfService)qos), (question.Text, question.Qos));
        bool isFive = version == "mqttv5";
        Assert.Equal(isFive ? $"{topic}/answer" : null, question.ResponseTopic);
        await answerer.PublishAndCompleteAsync(new($"{topic}/answer", "well", QualityOfService.AtLeastOnce));

        ProcessRun run = await asking;
        Assert.True(run.ExitCode == 0, $"mosquitto_rr: {run}");
        Assert.Equal("well", run.Output[^1]);
    }

    [Theory]
    [InlineData("mqttv31")]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task A_unix_socket_carries_sessions_wills_retained_and_large_messages(string version)
    {
        Endpoint endpoint = EndpointOf("unix", version);
        string root = $"unix/{version}";
        await MosquittoSub.SubscribeOnceAsync(endpoint, "-i", root, "-c", "-q", "2", "-t", $"{root}/jobs");
        for (int qos = 0; qos < 3; qos++) await MosquittoPub.SendAsync(endpoint, $"{root}/jobs", $"{qos}", qos);
        await using MosquittoSub back = MosquittoSub.Launch(
            endpoint, "%p %q", "-i", root, "-c", "-q", "2", "-t", $"{root}/jobs", "-C", "2");
        Assert.Equal(["1 1", "2 2"], await back.AllAsync());

        string large = new('x', 1 << 20);
        await MosquittoPub.SendAsync(endpoint, $"{root}/kept", "kept", 1, "-r");
        await using MosquittoSub watcher = await MosquittoSub.StartAsync(
            endpoint, "%r %l %p", "-t", $"{root}/kept", "-t", $"{root}/large", "-t", $"{root}/will", "-q", "2", "-C", "3");
        await watcher.MessageAsync();
        await MosquittoPub.SendInputAsync(endpoint, $"{root}/large", large, 2);
        await watcher.MessagesAsync(2);
        await using MosquittoSub mortal = await MosquittoSub.StartAsync(
            endpoint, "%p", "-t", $"{root}/x", "--will-topic", $"{root}/will", "--will-payload", "gone");
        await mortal.KillAsync();
        Assert.Equal(["1 4 kept", $"0 {large.Length} {large}", "0 4 gone"], await watcher.AllAsync());
    }

    private Endpoint EndpointOf(string transport, string version) => transport switch
    {
        "unix" => new Endpoint(0) { Version = version, UnixPath = broker.SocketPath },
        "mqtts" => new Endpoint(broker.PortOf("mqtts")) { Version = version, CaFile = broker.Authority },
        _ => new Endpoint(broker.PortOf("mqtt")) { Version = version },
    };
}
