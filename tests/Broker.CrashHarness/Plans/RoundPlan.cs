namespace Broker.CrashHarness.Plans;

/// <summary>What an owner of a will does about the crash.</summary>
internal enum Fate
{
    /// <summary>Is connected and returns at once: its will must not be published.</summary>
    Returns,
    /// <summary>Is connected and stays away: its will must be published.</summary>
    StaysAway,
    /// <summary>Loses its connection shortly before and stays away: its will must be published.</summary>
    Drops,
    /// <summary>Says goodbye before the round: its will must not be published.</summary>
    Leaves,
}

/// <summary>What happens in one round, from the seed of the run and the number of the round.</summary>
internal sealed record RoundPlan
{
    private static readonly int[] InflightChoices = [1, 2, 20, 20, 100, 0];

    public required Victim Victim { get; init; }

    /// <summary>Messages that each publisher may begin before the kill.</summary>
    public required IReadOnlyList<int> Messages { get; init; }

    /// <summary>The kill comes when clients have received so many packets.</summary>
    public required int KillAfterPackets { get; init; }

    /// <summary>The kill comes not later than this.</summary>
    public required TimeSpan KillNotAfter { get; init; }

    /// <summary>max_inflight_messages of the next start.</summary>
    public required int MaxInflight { get; init; }

    /// <summary>The next start is killed after this, once more before it serves; null: it is not.</summary>
    public required TimeSpan? KillStartAfter { get; init; }

    /// <summary>A second kill when clients have received so many packets after the restart; 0: none.</summary>
    public required int KillAgainAfterPackets { get; init; }

    /// <summary>The broker is killed while the database is down; else the database after the broker.</summary>
    public required bool IsDatabaseFirst { get; init; }

    /// <summary>Whether each subscriber, where it is an occasional one, is there before the kill.</summary>
    public required IReadOnlyList<bool> IsThere { get; init; }

    public required IReadOnlyList<Fate> Fates { get; init; }

    public static RoundPlan Choose(RunPlan run, int round, HarnessOptions options)
    {
        var random = new Random(unchecked(run.Seed * 7919 + round));
        bool isWillRound = round == 2 || random.Next(6) == 0;
        int longest = random.Next(3) == 0 ? 40 : 300;
        return new RoundPlan
        {
            Victim = options.Kill,
            Messages = [.. run.Publishers.Select(_ => random.Next(10, longest))],
            KillAfterPackets = random.Next(1, longest * 20),
            KillNotAfter = TimeSpan.FromMilliseconds(random.Next(20, 400)),
            MaxInflight = InflightChoices[random.Next(InflightChoices.Length)],
            KillStartAfter = random.Next(8) == 0 ? TimeSpan.FromMilliseconds(random.Next(50, 900)) : null,
            KillAgainAfterPackets = random.Next(4) == 0 ? random.Next(1, 400) : 0,
            IsDatabaseFirst = random.Next(2) == 0,
            IsThere = [.. run.Subscribers.Select(_ => random.Next(2) == 0)],
            Fates = ChooseFates(run.Wills.Count, isWillRound, random),
        };
    }

    public override string ToString() =>
        $"messages {string.Join('+', Messages)}" +
        $", kill {Victim} after {KillAfterPackets} packets or {KillNotAfter.TotalMilliseconds} ms" +
        (KillStartAfter is { } after ? $", start killed after {after.TotalMilliseconds} ms" : "") +
        (KillAgainAfterPackets > 0 ? $", again after {KillAgainAfterPackets}" : "") +
        $", max_inflight {MaxInflight}, owners of wills: {string.Join(' ', Fates)}";

    /// <summary>
    /// Waiting for wills takes seconds, so only some rounds do; in those all fates are there, and a will that must not come has
    /// the time to come in which the others must.
    /// </summary>
    private static Fate[] ChooseFates(int owners, bool isWillRound, Random random)
    {
        Fate[] fates = isWillRound
            ? [.. Enumerable.Range(0, owners).Select(i => (Fate)(i % Enum.GetValues<Fate>().Length))]
            : [.. Enumerable.Range(0, owners).Select(_ => random.Next(4) == 0 ? Fate.Leaves : Fate.Returns)];
        random.Shuffle(fates);
        return fates;
    }
}
