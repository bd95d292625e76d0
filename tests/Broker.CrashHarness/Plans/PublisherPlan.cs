using Broker.Protocol;

namespace Broker.CrashHarness.Plans;

/// <summary>What one publisher is like during a run.</summary>
/// <param name="ClientId">Client identifier.</param>
/// <param name="Version">Protocol version.</param>
/// <param name="Qos">Of all its messages.</param>
/// <param name="Window">How many messages it has under way at once.</param>
/// <param name="ReusesIds">
/// Takes the lowest packet id that is free, so that an id is used again at once; else the ids go round.
/// </param>
/// <param name="DropEvery">Drops its connection after so many acknowledgements; 0: never.</param>
/// <param name="FillingMax">Longest filling of a payload in bytes.</param>
/// <param name="Seed">For its choices of topic and length.</param>
internal sealed record PublisherPlan(
    string ClientId, ProtocolVersion Version, QualityOfService Qos, int Window, bool ReusesIds, int DropEvery, int FillingMax,
    int Seed)
{
    /// <summary>Topics whose messages persistent subscribers get.</summary>
    public string[] PlainTopics => [$"t/{ClientId}/0", $"t/{ClientId}/1", $"d/{ClientId}"];

    /// <summary>Its retained topic that has subscribers.</summary>
    public string RetainedTopic => $"r/{ClientId}";

    /// <summary>Its retained topic that nobody subscribes to; it is also taken away.</summary>
    public string QuietTopic => $"x/{ClientId}";

    public static PublisherPlan Choose(int index, Random random) => new(
        $"p{index}",
        index % 2 == 0 ? ProtocolVersion.Mqtt50 : ProtocolVersion.Mqtt311,
        index % 4 < 2 ? QualityOfService.AtLeastOnce : QualityOfService.ExactlyOnce,
        Window: Pick(random, 1, 2, 5, 10, 20, 20),
        ReusesIds: random.Next(2) == 0,
        DropEvery: random.Next(3) == 0 ? random.Next(20, 120) : 0,
        FillingMax: Pick(random, 20, 20, 200, 3_000),
        Seed: random.Next());

    public override string ToString() =>
        $"{ClientId} {Version} q{(int)Qos} window {Window}{(ReusesIds ? " reuses ids" : "")}" +
        $"{(DropEvery > 0 ? $" drops every {DropEvery}" : "")} filling {FillingMax}";

    private static int Pick(Random random, params int[] choices) => choices[random.Next(choices.Length)];
}
