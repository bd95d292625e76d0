using System.Globalization;

namespace Broker.IntegrationTests.Compatibility;

/// <summary>Why a step of an exchange is answered as it is: a line of differences.txt.</summary>
/// <param name="ExchangeId">The exchange.</param>
/// <param name="Step">The number of the step, from 1.</param>
/// <param name="Kind">One of <see cref="Kinds"/>.</param>
/// <param name="Reason">A sentence for operators.</param>
/// <param name="Place">File and line.</param>
internal sealed record Difference(string ExchangeId, int Step, string Kind, string Reason, string Place)
{
    public const string Specification = "specification";
    public const string NotFollowed = "mosquitto quirk we do not follow";
    public const string FollowedLater = "mosquitto 2.1 quirk we follow";
    public const string Followed = "mosquitto quirk we follow";

    /// <summary>The kinds that there are; <see cref="Followed"/> is of steps that both brokers answer alike.</summary>
    public static readonly string[] Kinds = [Specification, NotFollowed, FollowedLater, Followed];

    /// <summary>Reads <c>id:step | kind | reason</c>, a line each; lines with # are for the reader.</summary>
    /// <exception cref="FormatException">With the line.</exception>
    public static IReadOnlyList<Difference> ParseAll(string name, string text) =>
    [
        .. from line in text.Split('\n').Index()
           where line.Item.Length > 0 && line.Item[0] != '#'
           select Parse(line.Item, $"{name}:{line.Index + 1}"),
    ];

    /// <summary>What was played, held against what is said of it: nothing when each difference has its line.</summary>
    public static IEnumerable<string> Contradictions(
        IReadOnlyList<PlayedExchange> played, IReadOnlyList<Difference> differences)
    {
        HashSet<(string, int)> known = [];
        foreach (Difference difference in differences)
        {
            PlayedExchange? exchange = played.FirstOrDefault(each => each.Exchange.Id == difference.ExchangeId);
            if (exchange is null || difference.Step < 1 || difference.Step > exchange.Exchange.Steps.Count)
                yield return $"{difference.Place}: there is no such step";
            else if (!known.Add((difference.ExchangeId, difference.Step)))
                yield return $"{difference.Place}: the step has a line already";
            else if (difference.Kind == Followed && exchange.Differing.Contains(difference.Step))
                yield return difference.Line(exchange, "a quirk that is followed, but the brokers differ");
            else if (difference.Kind != Followed && !exchange.Differing.Contains(difference.Step))
                yield return difference.Line(exchange, "both brokers do the same");
        }
        foreach (PlayedExchange exchange in played)
            foreach (int step in exchange.Differing.Where(step => !known.Contains((exchange.Exchange.Id, step))))
                yield return $"{exchange.Exchange.Id}:{step} has no line in differences.txt:\n{exchange.Both(step)}";
    }

    private string Line(PlayedExchange exchange, string what) => $"{Place}: {what}:\n{exchange.Both(Step)}";

    private static Difference Parse(string line, string place)
    {
        string[] parts = line.Split(" | ");
        string[] step = parts[0].Split(':');
        if (parts.Length != 3 || step.Length != 2) throw new FormatException($"{place}: not `id:step | kind | reason`: {line}");
        if (!Kinds.Contains(parts[1])) throw new FormatException($"{place}: {parts[1]} is none of {string.Join(", ", Kinds)}");
        return new Difference(step[0], int.Parse(step[1], CultureInfo.InvariantCulture), parts[1], parts[2], place);
    }
}
