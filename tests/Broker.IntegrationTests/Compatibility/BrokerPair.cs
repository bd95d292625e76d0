namespace Broker.IntegrationTests.Compatibility;

/// <summary>Debian's mosquitto and our broker with the same configuration.</summary>
internal sealed record BrokerPair(PlayedBroker Mosquitto, PlayedBroker Ours) : IAsyncDisposable
{
    public static async Task<BrokerPair> StartAsync(string configuration)
    {
        PlayedBroker mosquitto = await PlayedBroker.StartMosquittoAsync(configuration);
        try
        {
            return new BrokerPair(mosquitto, await PlayedBroker.StartOursAsync(configuration));
        }
        catch
        {
            await mosquitto.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Mosquitto.DisposeAsync();
        await Ours.DisposeAsync();
    }
}
