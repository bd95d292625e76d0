namespace Broker.CrashHarness.Plans;

/// <summary>Who takes part in a run, from its seed.</summary>
internal sealed record RunPlan(
    int Seed, IReadOnlyList<PublisherPlan> Publishers, IReadOnlyList<SubscriberPlan> Subscribers, IReadOnlyList<WillPlan> Wills)
{
    private const int PublisherCount = 6;
    private const int SubscriberCount = 8;
    private const int WillCount = 4;

    public static RunPlan Choose(int seed)
    {
        var random = new Random(seed);
        return new RunPlan(
            seed,
            [.. Enumerable.Range(0, PublisherCount).Select(i => PublisherPlan.Choose(i, random))],
            [.. Enumerable.Range(0, SubscriberCount).Select(i => SubscriberPlan.Choose(i, PublisherCount, random))],
            [.. Enumerable.Range(0, WillCount).Select(i => WillPlan.Choose(i, random))]);
    }

    public override string ToString() =>
        string.Join('\n', ((IEnumerable<object>)[.. Publishers, .. Subscribers, .. Wills]).Select(client => $"  {client}"));
}
