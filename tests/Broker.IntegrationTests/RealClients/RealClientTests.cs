using Broker.Protocol;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.RealClients;

/// <summary>Other people's client libraries over every transport that they have.</summary>
public sealed class RealClientTests(EveryTransport broker) : IClassFixture<EveryTransport>
{
    public static TheoryData<string, int> EachVersion
    {
        get
        {
            TheoryData<string, int> rows = [];
            foreach (string client in ClientPrograms.Names)
                foreach (int version in (int[])[3, 4, 5]) rows.Add(client, version);
            return rows;
        }
    }

    public static TheoryData<string, string, int> EachTransport => new()
    {
        { ClientPrograms.MqttJs, "mqtt", 4 },
        { ClientPrograms.MqttJs, "wss", 5 },
        { ClientPrograms.PahoPython, "mqtts", 5 },
        { ClientPrograms.PahoPython, "ws", 4 },
        { ClientPrograms.PahoC, "mqtt", 5 },
        { ClientPrograms.PahoC, "mqtts", 4 },
        { ClientPrograms.PahoC, "ws", 5 },
        { ClientPrograms.PahoC, "wss", 4 },
    };

    // Over all transports at once, for some libraries spend most of the time waiting.
    [Theory]
    [MemberData(nameof(EachVersion))]
    public async Task Everything_comes_back_as_it_was_sent(string client, int version)
    {
        ClientProgram program = await ClientPrograms.FindAsync(client);

        await Task.WhenAll(EveryTransport.Schemes.Select(PlayAsync));

        async Task PlayAsync(string scheme)
        {
            await using ChildProcess run = program.Start(
                Scenario.Flows, broker.UrlOf(scheme), version, broker.Authority, IdOf(client, scheme, version));
            int exitCode = await run.WaitForExitAsync(TestTime.ProcessPatience * 2);
            Assert.True(exitCode == 0, $"over {scheme}: exit {exitCode}\n{run.Lines}");
            Assert.Equal(Scenario.FlowLines(version), run.Output.All);
        }
    }

    [Theory]
    [MemberData(nameof(EachTransport))]
    public async Task The_will_of_a_client_that_was_killed_is_published(string client, string scheme, int version)
    {
        ClientProgram program = await ClientPrograms.FindAsync(client);
        string id = IdOf(client, scheme, version) + "w";
        await using TestClient watcher = await TestClient.OverTcpAsync(broker.PortOf("mqtt"));
        await watcher.ConnectAsync($"watcher-{id}");
        await watcher.SubscribeAsync($"{id}/will", QualityOfService.ExactlyOnce);
        await using ChildProcess mortal = program.Start(Scenario.Will, broker.UrlOf(scheme), version, broker.Authority, id);
        await mortal.Output.WaitForAsync("connected");

        mortal.Kill();

        ReceivedPublish will = await watcher.ReceiveAndCompleteAsync();
        Assert.Equal(($"{id}/will", "gone", QualityOfService.AtLeastOnce), (will.Topic, will.Text, will.Qos));
    }

    /// <summary>Short enough for MQTT 3.1, which takes 23 characters.</summary>
    private static string IdOf(string client, string scheme, int version) =>
        $"{client.Split(' ', '.')[^1].ToLowerInvariant()}-{scheme}-{version}";
}
