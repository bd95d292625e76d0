using System.Text.RegularExpressions;

namespace Load.Measuring;

/// <summary>Reads in the broker's log which client ids are fought over.</summary>
internal sealed partial class TakeoverLines(string file)
{
    /// <summary>Those that are named there, by now.</summary>
    public HashSet<string> Read()
    {
        HashSet<string> named = new(StringComparer.Ordinal);
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            if (One().Match(line) is { Success: true } one) named.Add(one.Groups[1].Value);
            if (Several().Match(line) is { Success: true } several) named.UnionWith(several.Groups[1].Value.Split(", "));
        }
        return named;
    }

    [GeneratedRegex("Client id (\\S+) is used by several clients that take")]
    private static partial Regex One();

    [GeneratedRegex("Client ids used by several clients that take their sessions from each other as well: (.*?)[.] ")]
    private static partial Regex Several();
}
