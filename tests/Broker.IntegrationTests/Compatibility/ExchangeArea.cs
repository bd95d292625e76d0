using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Broker.IntegrationTests.Compatibility;

/// <summary>
/// The exchanges of one file, which are played on brokers with the same configuration:
/// <code>
/// # Title of the area
/// config: max_qos 1
/// > What there is to say of it.
///
/// ## id: what the exchange is about
/// a connect v=5 keepalive=10
/// a publish t 'a payload' qos=1 id=1
/// </code>
/// A value in quotes may have blanks; <c>'x'*300</c> repeats it. What the answers to a line that begins with <c>&amp;</c>
/// are, and to the line before it, is told together.
/// </summary>
internal sealed partial record ExchangeArea(
    string Name, string Title, string Remark, string Configuration, IReadOnlyList<Exchange> Exchanges)
{
    /// <summary>Reads the file of an area.</summary>
    /// <exception cref="FormatException">With the file and the line.</exception>
    public static ExchangeArea Read(string path) => Parse(Path.GetFileNameWithoutExtension(path), File.ReadAllText(path));

    /// <summary>Reads the text of an area.</summary>
    /// <exception cref="FormatException">With the file and the line.</exception>
    public static ExchangeArea Parse(string name, string text)
    {
        string title = "";
        List<string> remarks = [], configuration = [];
        List<Exchange> exchanges = [];
        List<Step> steps = [];
        int number = 0;
        foreach (string line in text.Split('\n').Select(line => line.Trim()))
        {
            string place = $"{name}.txt:{++number}";
            if (line.Length == 0) continue;
            if (line.StartsWith("# ", StringComparison.Ordinal)) title = line[2..];
            else if (line.StartsWith("> ", StringComparison.Ordinal)) remarks.Add(line[2..]);
            else if (line.StartsWith("config: ", StringComparison.Ordinal)) configuration.Add(line["config: ".Length..]);
            else if (Heading().Match(line) is { Success: true } heading)
                exchanges.Add(new Exchange(heading.Groups[1].Value, heading.Groups[2].Value, steps = []));
            else if (exchanges.Count == 0) throw new FormatException($"{place}: a step outside of an exchange: {line}");
            else steps.Add(ParseStep(line, place));
        }
        return new ExchangeArea(name, title, string.Join(' ', remarks), string.Join('\n', configuration), exchanges);
    }

    private static Step ParseStep(string line, string place)
    {
        bool isJoined = line.StartsWith("& ", StringComparison.Ordinal);
        string[] parts = line[(isJoined ? 2 : 0)..].Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 2) throw new FormatException($"{place}: not a client and what it does: {line}");
        // Wire literals have quotes of their own.
        bool isLiteral = parts[1] is "raw" or "frame";
        Word[] words = isLiteral || parts.Length < 3 ? [] : [.. Words(parts[2], place)];
        return new Step(parts[0], parts[1], words, isJoined, line, place);
    }

    private static IEnumerable<Word> Words(string text, string place)
    {
        var value = new StringBuilder();
        foreach (Match match in WordPattern().Matches(text))
        {
            value.Clear();
            foreach (Match piece in Piece().Matches(match.Groups["value"].Value))
            {
                int count = piece.Groups["count"].Success
                    ? int.Parse(piece.Groups["count"].Value, CultureInfo.InvariantCulture)
                    : 1;
                string part = piece.Groups["quoted"].Success ? piece.Groups["quoted"].Value : piece.Value;
                for (int i = 0; i < count; i++) value.Append(part);
            }
            if (value.ToString().Contains('\'', StringComparison.Ordinal))
                throw new FormatException($"{place}: a quote without its other one: {text}");
            yield return new Word(match.Groups["key"].Value, value.ToString(), match.Value[0] == '\'');
        }
    }

    [GeneratedRegex("^## ([a-z0-9-]+): (.+)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"(?:(?<key>[a-z0-9.-]+)=)?(?<value>(?:'[^']*'(?:\*\d+)?|[^\s'])+|(?<=\=))", RegexOptions.ExplicitCapture)]
    private static partial Regex WordPattern();

    [GeneratedRegex(@"'(?<quoted>[^']*)'(\*(?<count>\d+))?|[^']+", RegexOptions.ExplicitCapture)]
    private static partial Regex Piece();
}
