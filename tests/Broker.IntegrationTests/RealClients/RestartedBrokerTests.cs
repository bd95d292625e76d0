using Broker.IntegrationTests.Clients;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.RealClients;

/// <summary>
/// The broker is killed under its clients and comes back; nobody but the libraries themselves does anything about it.
/// </summary>
public sealed class RestartedBrokerTests(EveryTransport broker) : IClassFixture<EveryTransport>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly (string Client, string Scheme, int Version)[] Clients =
    [
        (ClientPrograms.MqttJs, "wss", 5), (ClientPrograms.MqttJs, "mqtt", 4),
        (ClientPrograms.PahoPython, "mqtts", 4), (ClientPrograms.PahoPython, "ws", 5),
        (ClientPrograms.PahoC, "mqtt", 4), (ClientPrograms.PahoC, "mqtts", 5),
    ];

    [Fact]
    [Demand("A13")]
    public async Task Clients_come_back_by_themselves_and_nothing_acknowledged_is_lost()
    {
        Endpoint endpoint = new(broker.PortOf("mqtt"));
        List<ChildProcess> running = [];
        try
        {
            foreach ((string client, string scheme, int version) in Clients)
            {
                ClientProgram program = await ClientPrograms.FindAsync(client);
                running.Add(program.Start(
                    Scenario.Restart, broker.UrlOf(scheme), version, broker.Authority, $"back{running.Count}"));
            }
            await using MosquittoSub sub = await MosquittoSub.StartAsync(
                endpoint, "%p", "-i", "sub", "-c", "-q", "2", "-t", "for/sub", "-C", "2");
            await MosquittoPub.SendAsync(endpoint, "for/sub", "before", 2);
            await sub.MessageAsync();
            foreach (ChildProcess client in running) await client.Output.WaitForAsync("under way");

            await broker.Process.KillAsync();
            await broker.StartAsync();

            await MosquittoPub.SendAsync(endpoint, "for/sub", "after", 2);
            Assert.Equal(["before", "after"], await sub.AllAsync());
            foreach ((ChildProcess client, var which) in running.Zip(Clients))
            {
                int exitCode = await client.WaitForExitAsync(Patience);
                Assert.True(exitCode == 0, $"{which}: exit {exitCode}\n{client.Lines}");
                Assert.Equal(["under way", "received all", "done"], client.Output.All);
            }
        }
        finally
        {
            foreach (ChildProcess client in running) await client.DisposeAsync();
        }
    }
}
