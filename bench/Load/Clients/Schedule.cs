namespace Load.Clients;

/// <summary>
/// When the messages of a paced publisher are due. Their times count from here and not from when they were really written,
/// so that a broker that stands still is charged for everything that was kept waiting (coordinated omission).
/// </summary>
/// <param name="Origin">When the first is due, in ticks of the stopwatch.</param>
/// <param name="Interval">Ticks from one to the next.</param>
internal readonly record struct Schedule(double Origin, double Interval)
{
    public long DueAt(long number) => (long)(Origin + number * Interval);
}
