using System.Security.Cryptography;

namespace Broker.Fuzzing;

/// <summary>
/// The inputs that new ones are made of: a line each in the file of seeds that belongs to the sources, and a file each of those
/// that were kept in earlier runs.
/// </summary>
internal sealed class Corpus
{
    private readonly string _folder;
    private readonly List<byte[]> _inputs = [];

    /// <param name="target">Whose.</param>
    /// <param name="folder">Where new ones are kept.</param>
    public Corpus(FuzzTarget target, string folder)
    {
        _folder = Directory.CreateDirectory(Path.Combine(folder, target.Name)).FullName;
        Seeds = [.. ReadSeeds(target), [], .. target.Words.Where(word => word.Length < 64).Take(20)];
        Kept = [.. Directory.GetFiles(_folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
    }

    /// <summary>Of the sources.</summary>
    public IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>Of earlier runs.</summary>
    public IReadOnlyList<byte[]> Kept { get; }

    /// <summary>Those that lead somewhere; never empty once something was added.</summary>
    public IReadOnlyList<byte[]> Inputs => _inputs;

    /// <summary>Takes an input in for this run.</summary>
    public void Add(byte[] input) => _inputs.Add(input);

    /// <summary>Takes an input in and keeps it for later runs.</summary>
    public void Keep(byte[] input)
    {
        Add(input);
        File.WriteAllBytes(Path.Combine(_folder, NameOf(input)), input);
    }

    /// <summary>The name of a file that holds it.</summary>
    public static string NameOf(byte[] input) => Convert.ToHexStringLower(SHA256.HashData(input))[..16];

    /// <summary>The seeds that belong to the sources.</summary>
    public static IEnumerable<byte[]> ReadSeeds(FuzzTarget target)
    {
        string file = Path.Combine(AppContext.BaseDirectory, "Seeds", $"{target.Name}.txt");
        return File.Exists(file) ? File.ReadLines(file).Where(static line => line.Length > 0).Select(EscapedText.Read) : [];
    }
}
