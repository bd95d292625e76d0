using System.Globalization;
using System.Text.Json.Nodes;
using Load.Options;

namespace Load.Tables;

/// <summary>Two servers side by side: lines of JSON in, one Markdown table out.</summary>
internal static class ComparisonTable
{
    private const string Theirs = "mosquitto";
    private const string Ours = "broker";

    private static readonly Dictionary<string, string> Titles = new()
    {
        ["cpu_seconds_per_million_delivered"] = "CPU s per million",
        ["delivery_p99_us"] = "p99 us",
        ["connects_per_second"] = "connects/s",
        ["resident_bytes_per_connection"] = "bytes each",
        ["queued_per_second"] = "queued/s",
        ["drained_per_second"] = "drained/s",
        ["stored_per_second"] = "stored/s",
        ["replayed_per_second"] = "replayed/s",
    };

    public static bool Run(ReadOnlySpan<string> arguments, TextWriter output)
    {
        if (arguments is not [string file])
            throw new UsageException("broker-load compare FILE: lines with the labels case, server and targets");
        output.WriteLine($"| scenario | figure | {Theirs} | {Ours} | ratio | target | | spread {Theirs} | {Ours} |");
        output.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | --- | ---: | ---: |");
        foreach (IGrouping<string, JsonObject> lines in JsonLines.Read(file).GroupBy(line => Text(line, "case")))
        {
            string targets = lines.Select(line => Text(line, "targets")).First();
            foreach (string target in targets.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                output.WriteLine(Row(lines.Key, Target.Parse(target), [.. lines]));
        }
        return true;
    }

    private static string Row(string name, Target target, JsonObject[] lines)
    {
        double[] theirs = Values(lines, Theirs, target.Figure);
        double[] ours = Values(lines, Ours, target.Figure);
        double? their = JsonLines.Median(theirs);
        double? our = JsonLines.Median(ours);
        string met = target.IsMet(their, our) switch { true => "met", false => "NOT MET", null => "-" };
        string title = Titles.GetValueOrDefault(target.Figure, target.Figure);
        return $"| {name} | {title} | {Figure(their)} | {Figure(our)} | {Ratio(our / their)} | {target.Text} | {met} | "
            + $"{Spread(theirs)} | {Spread(ours)} |";
    }

    /// <summary>A run that lost something was not the same work.</summary>
    private static double[] Values(JsonObject[] lines, string server, string figure) =>
    [
        .. lines.Where(line => Text(line, "server") == server && Text(line, "verdict") == "ok" && line.ContainsKey(figure))
            .Select(line => line[figure]!.GetValue<double>())
            .Order(),
    ];

    private static string Text(JsonObject line, string name) => line[name]?.ToString() ?? "";

    private static string Figure(double? value) =>
        value is { } number
            ? number.ToString(number < 10 ? "N2" : number < 100 ? "N1" : "N0", CultureInfo.InvariantCulture)
            : "-";

    /// <summary>How much less as 1/22.0, how much more as 1.3.</summary>
    private static string Ratio(double? value) => value switch
    {
        null => "-",
        > 0 and < 1 => "1/" + (1 / value.Value).ToString("N1", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("N2", CultureInfo.InvariantCulture),
    };

    /// <summary>The highest of the rounds over the lowest: what is below it is noise.</summary>
    private static string Spread(double[] values) =>
        values.Length < 2 || values[0] <= 0
            ? "-"
            : (values[^1] / values[0]).ToString("N2", CultureInfo.InvariantCulture);
}
