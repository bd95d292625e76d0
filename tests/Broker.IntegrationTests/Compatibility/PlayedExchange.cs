namespace Broker.IntegrationTests.Compatibility;

/// <summary>What both brokers said in an exchange, step by step.</summary>
/// <param name="Exchange">The exchange.</param>
/// <param name="Mosquitto">For each step the lines that mosquitto sent.</param>
/// <param name="Ours">The same of our broker.</param>
internal sealed record PlayedExchange(
    Exchange Exchange, IReadOnlyList<IReadOnlyList<string>> Mosquitto, IReadOnlyList<IReadOnlyList<string>> Ours)
{
    /// <summary>The numbers of the steps, from 1, whose answers are not the same.</summary>
    public IReadOnlyList<int> Differing { get; } =
        [.. Enumerable.Range(1, Exchange.Steps.Count).Where(step => !Mosquitto[step - 1].SequenceEqual(Ours[step - 1]))];

    /// <summary>A step and what both made of it, for messages.</summary>
    public string Both(int step) => string.Join('\n',
        [$"  {Exchange.Steps[step - 1].Text}", .. Mosquitto[step - 1].Select(line => $"    mosquitto  {line}"),
            .. Ours[step - 1].Select(line => $"    here       {line}")]);

    /// <summary>Plays it to both at the same time, and clears what it left.</summary>
    public static async Task<PlayedExchange> PlayAsync(Exchange exchange, BrokerPair pair, Pauses pauses)
    {
        Task<IReadOnlyList<IReadOnlyList<string>>> mosquitto = PlayAsync(exchange, pair.Mosquitto, pauses);
        Task<IReadOnlyList<IReadOnlyList<string>>> ours = PlayAsync(exchange, pair.Ours, pauses);
        return new PlayedExchange(exchange, await mosquitto, await ours);
    }

    private static async Task<IReadOnlyList<IReadOnlyList<string>>> PlayAsync(
        Exchange exchange, PlayedBroker broker, Pauses pauses)
    {
        IReadOnlyList<IReadOnlyList<string>> steps = await Player.PlayAsync(exchange, broker, pauses);
        await Housekeeping.ClearAsync(exchange, broker);
        return steps;
    }
}
