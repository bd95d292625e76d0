using System.Text.Json;

namespace Broker.Benchmarks.Allocations;

/// <summary>The ceilings on disk: a JSON object from the name of a benchmark to bytes per operation, sorted by name.</summary>
internal sealed class CeilingFile
{
    private const string PathInRepository = "tests/Broker.Benchmarks/allocations.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly string _path;

    /// <param name="path">Where it is, or will be.</param>
    public CeilingFile(string path) => _path = path;

    /// <summary>The file of the working tree that this program was built from.</summary>
    /// <exception cref="InvalidOperationException">It runs elsewhere.</exception>
    public static CeilingFile OfRepository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Broker.sln")))
                return new CeilingFile(Path.Combine(folder.FullName, PathInRepository));
        throw new InvalidOperationException("Broker.sln is in no folder above the benchmarks.");
    }

    /// <summary>The ceilings; none when there is no file.</summary>
    /// <exception cref="JsonException">The file is not what <see cref="Write"/> writes.</exception>
    public IReadOnlyDictionary<string, long> Read() =>
        File.Exists(_path) ? JsonSerializer.Deserialize<SortedDictionary<string, long>>(File.ReadAllText(_path))! : new();

    /// <summary>Replaces the file.</summary>
    public void Write(IReadOnlyDictionary<string, long> ceilings)
    {
        var sorted = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach ((string name, long bytes) in ceilings) sorted.Add(name, bytes);
        File.WriteAllText(_path, JsonSerializer.Serialize(sorted, Indented) + "\n");
    }
}
