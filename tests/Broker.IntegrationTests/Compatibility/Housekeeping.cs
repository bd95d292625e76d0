using Broker.Protocol;

namespace Broker.IntegrationTests.Compatibility;

/// <summary>Takes away what an exchange left in a broker, so that the next one finds it as it was started.</summary>
internal static class Housekeeping
{
    // Within what the limits allow.
    private const int KeepAliveSeconds = 60;

    private static readonly string[] Filters = ["#", "$own/#"];

    /// <summary>Ends the sessions of its clients and clears the retained messages.</summary>
    public static async Task ClearAsync(Exchange exchange, PlayedBroker broker)
    {
        string[] clientIds =
        [
            .. exchange.Steps.Where(step => step.Verb == "connect").Select(StepPacket.ClientIdOf)
                .Where(id => id.Length > 0).Distinct(),
        ];
        foreach (string clientId in clientIds) await (await ConnectAsync(clientId, broker)).DisposeAsync();

        await using PlayedClient cleaner = await ConnectAsync("cleaner", broker);
        WireBytes filters = new WireBytes().TwoBytes(1);
        foreach (string filter in Filters) filters.Text(filter).Byte(0);
        await cleaner.SendAsync(WireBytes.Packet(0x82, filters));
        foreach (Answer retained in await HeardAsync(cleaner))
            if (retained.Type == PacketType.Publish)
                await cleaner.SendAsync(WireBytes.Packet(0x31, new WireBytes().Text(retained.Topic)));
        await HeardAsync(cleaner);
    }

    /// <summary>A clean session takes the place of the one that is there, and ends with its connection.</summary>
    private static async Task<PlayedClient> ConnectAsync(string clientId, PlayedBroker broker)
    {
        PlayedClient client = await PlayedClient.OpenAsync(clientId, broker.Port, ProtocolVersion.Mqtt311);
        await client.SendAsync(
            WireBytes.Packet(0x10, new WireBytes().Text("MQTT").Byte(4).Byte(2).TwoBytes(KeepAliveSeconds).Text(clientId)));
        await client.TryReadAsync(Pauses.Long.Patience);
        return client;
    }

    /// <summary>What was due up to now.</summary>
    private static async Task<IReadOnlyList<Answer>> HeardAsync(PlayedClient client)
    {
        List<Answer> heard = [];
        await client.SendAsync([0xc0, 0]);
        while (await client.TryReadAsync(Pauses.Long.Patience) is { Type: not PacketType.PingResp } answer) heard.Add(answer);
        return heard;
    }
}
