using System.Globalization;
using System.Text;

namespace Broker.IntegrationTests.Compatibility;

/// <summary>The part of docs/compat-report.md that is made from exchanges, answers and differences.</summary>
internal static class ReportPage
{
    public const string Begin = "<!-- From here on made by playing the exchanges to both brokers; a test compares. -->";
    public const string End = "<!-- Up to here made by playing the exchanges. -->";

    /// <summary>Everything between <see cref="Begin"/> and <see cref="End"/>, both included.</summary>
    public static string Expected(
        IReadOnlyList<ExchangeArea> areas, IReadOnlyList<PlayedExchange> played, IReadOnlyList<Difference> differences)
    {
        ILookup<string, Difference> byExchange = differences.ToLookup(difference => difference.ExchangeId);
        Dictionary<string, PlayedExchange> byId = played.ToDictionary(each => each.Exchange.Id);
        StringBuilder page = new StringBuilder().Append(Begin).Append('\n');
        AppendCounts(page, areas, byId, byExchange);
        foreach (string kind in Difference.Kinds) AppendKind(page, kind, areas, byExchange);
        foreach (ExchangeArea area in areas)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {area.Title}\n");
            if (area.Remark.Length > 0) page.Append(CultureInfo.InvariantCulture, $"\n{area.Remark}\n");
            string[] directives = area.Configuration.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            string lines = string.Join(", ", directives.Select(line => $"`{line}`"));
            if (lines.Length > 0) page.Append(CultureInfo.InvariantCulture, $"\nConfiguration of both: {lines}.\n");
            foreach (Exchange exchange in area.Exchanges)
            {
                page.Append(CultureInfo.InvariantCulture, $"\n{Heading(exchange)}{exchange.Title}.\n\n");
                page.Append(Transcript(byId[exchange.Id]));
                foreach (Difference difference in byExchange[exchange.Id].OrderBy(each => each.Step))
                    page.Append($"\nLine {difference.Step}, *{difference.Kind}*: {difference.Reason}\n");
            }
        }
        return page.Append('\n').Append(End).ToString();
    }

    /// <summary>What an exchange begins with on the page.</summary>
    public static string Heading(Exchange exchange) => $"### {exchange.Id}\n\n";

    /// <summary>Steps and answers; where they differ, both.</summary>
    public static string Transcript(PlayedExchange played)
    {
        StringBuilder text = new StringBuilder().Append("```\n");
        for (int i = 0; i < played.Exchange.Steps.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{i + 1,2} {played.Exchange.Steps[i].Text}\n");
            if (!played.Differing.Contains(i + 1))
            {
                foreach (string line in played.Ours[i]) text.Append(CultureInfo.InvariantCulture, $"      {line}\n");
                continue;
            }
            AppendLines(text, "mosquitto", played.Mosquitto[i]);
            AppendLines(text, "here", played.Ours[i]);
        }
        return text.Append("```\n").ToString();
    }

    private static void AppendLines(StringBuilder text, string broker, IReadOnlyList<string> lines)
    {
        foreach (string line in lines.DefaultIfEmpty("(nothing)"))
            text.Append(CultureInfo.InvariantCulture, $"  {broker,-9} | {line}\n");
    }

    private static void AppendCounts(
        StringBuilder page, IReadOnlyList<ExchangeArea> areas, Dictionary<string, PlayedExchange> played,
        ILookup<string, Difference> differences)
    {
        page.Append("\n| area | exchanges | steps | steps answered alike |");
        foreach (string kind in Difference.Kinds) page.Append(CultureInfo.InvariantCulture, $" {kind} |");
        page.Append("\n| --- | --- | --- | --- |").Insert(page.Length, " --- |", Difference.Kinds.Length).Append('\n');
        foreach (ExchangeArea area in areas) AppendRow($"[{area.Title}](#{Anchor(area.Title)})", area.Exchanges);
        AppendRow("all", [.. areas.SelectMany(area => area.Exchanges)]);

        void AppendRow(string title, IReadOnlyList<Exchange> exchanges)
        {
            int steps = exchanges.Sum(exchange => exchange.Steps.Count);
            int alike = steps - exchanges.Sum(exchange => played[exchange.Id].Differing.Count);
            page.Append(CultureInfo.InvariantCulture, $"| {title} | {exchanges.Count} | {steps} | {alike} |");
            foreach (string kind in Difference.Kinds)
            {
                int count = exchanges.Sum(exchange => differences[exchange.Id].Count(each => each.Kind == kind));
                page.Append(CultureInfo.InvariantCulture, $" {count} |");
            }
            page.Append('\n');
        }
    }

    /// <summary>The differences of a kind, those of one reason together.</summary>
    private static void AppendKind(
        StringBuilder page, string kind, IReadOnlyList<ExchangeArea> areas, ILookup<string, Difference> differences)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {char.ToUpperInvariant(kind[0])}{kind[1..]}\n\n");
        var ofKind = areas.SelectMany(area => area.Exchanges).SelectMany(exchange => differences[exchange.Id])
            .Where(difference => difference.Kind == kind).GroupBy(difference => difference.Reason).ToArray();
        foreach (var reason in ofKind)
        {
            string where = string.Join(", ", reason.Select(each => each.ExchangeId).Distinct().Select(id => $"[{id}](#{id})"));
            page.Append(CultureInfo.InvariantCulture, $"- {reason.Key} {where}\n");
        }
        if (ofKind.Length == 0) page.Append("None.\n");
    }

    private static string Anchor(string title) =>
        new([.. title.ToLowerInvariant().Select(c => c == ' ' ? '-' : c).Where(c => char.IsAsciiLetterOrDigit(c) || c == '-')]);
}
