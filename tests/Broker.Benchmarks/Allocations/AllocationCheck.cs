using System.Text.Json;

namespace Broker.Benchmarks.Allocations;

/// <summary>Measures benchmarks, shows the figures and holds them to the ceilings of a file, or writes them there.</summary>
internal sealed class AllocationCheck
{
    /// <summary>Exit status: nothing is above its ceiling.</summary>
    public const int Passed = 0;

    /// <summary>Exit status: a ceiling is broken or missing, or is one of nothing.</summary>
    public const int Failed = 1;

    /// <summary>Exit status: the command line or the file is wrong.</summary>
    public const int Misused = 2;

    private const string Advice =
        "A ceiling goes up by `-- allocations --update` in a commit that says what the bytes are for.";

    private readonly CeilingFile _file;
    private readonly TextWriter _output;

    public AllocationCheck(CeilingFile file, TextWriter output) => (_file, _output) = (file, output);

    /// <summary>Returns the exit status.</summary>
    /// <param name="methods">What to measure.</param>
    /// <param name="isUpdate">Replace the ceilings by what is measured.</param>
    public int Run(IEnumerable<MeasuredMethod> methods, bool isUpdate)
    {
        IReadOnlyDictionary<string, long> ceilings;
        try
        {
            ceilings = _file.Read();
        }
        catch (JsonException exception)
        {
            _output.WriteLine($"The file of ceilings cannot be read: {exception.Message}");
            return Misused;
        }
        SortedDictionary<string, long> measured = Measure(methods);
        string[] violations = [.. Ceilings.Violations(measured, ceilings)];
        foreach (string sentence in violations.Concat(Ceilings.Improvements(measured, ceilings))) _output.WriteLine(sentence);
        if (isUpdate)
        {
            _file.Write(measured);
            _output.WriteLine($"{measured.Count} ceilings written");
            return Passed;
        }
        if (violations.Length > 0) _output.WriteLine(Advice);
        _output.WriteLine($"{measured.Count} benchmarks measured, {violations.Length} ceilings broken");
        return violations.Length == 0 ? Passed : Failed;
    }

    private SortedDictionary<string, long> Measure(IEnumerable<MeasuredMethod> methods)
    {
        var measured = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (MeasuredMethod method in methods)
        {
            long bytes = AllocationMeter.Measure(method);
            measured.Add(method.Name, bytes);
            _output.WriteLine($"{bytes,10} B  {method.Name}");
        }
        return measured;
    }
}
