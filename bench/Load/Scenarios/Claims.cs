using Load.Measuring;

namespace Load.Scenarios;

/// <summary>What a run says must hold; what did not is in the report, by name.</summary>
/// <param name="errors">Is told the figures.</param>
/// <param name="isBesideOthers">Others use the machine too: what is measured is not judged.</param>
internal sealed class Claims(TextWriter errors, bool isBesideOthers)
{
    private readonly List<string> _broken = [];

    public bool AllHeld => _broken.Count == 0;

    /// <summary>Checks a claim about speed or memory.</summary>
    public void CheckMeasured(string name, bool holds, string found)
    {
        if (!isBesideOthers) Check(name, holds, found);
    }

    /// <param name="name">In one word or a few.</param>
    /// <param name="holds">Whether it does.</param>
    /// <param name="found">The figures that say so or not.</param>
    public void Check(string name, bool holds, string found)
    {
        if (holds) return;
        _broken.Add(name);
        errors.WriteLine($"DOES NOT HOLD: {name}: {found}");
    }

    public void AddTo(Report report)
    {
        report.Add("broken", string.Join(", ", _broken));
        report.Add("verdict", AllHeld ? "ok" : "FAILED");
    }
}
