namespace Broker.Soak;

/// <summary>What did not hold, said by anybody.</summary>
internal sealed class SoakFindings
{
    private const int KeptMax = 50;

    private readonly List<string> _all = [];

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_all) return [.. _all];
        }
    }

    public void Add(string what)
    {
        lock (_all)
        {
            if (_all.Count < KeptMax) _all.Add($"{DateTimeOffset.UtcNow:HH:mm:ss} {what}");
        }
    }
}
