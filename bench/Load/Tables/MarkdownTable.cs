using System.Globalization;
using System.Text.Json.Nodes;
using Load.Options;

namespace Load.Tables;

/// <summary>Medians of many runs: lines of JSON in, one Markdown table out.</summary>
internal static class MarkdownTable
{
    private const string Usage =
        """
        broker-load table --by NAME[:TITLE][,...] --columns NAME:TITLE:DIGITS[~][,...] FILE

          One row for each different set of --by fields, in the order in which they first appear; in the other columns the
          median of all lines of that set that have the field. ~ adds the lowest and the highest. - is: no line has it.
        """;

    public static bool Run(ReadOnlySpan<string> arguments, TextWriter output)
    {
        if (arguments.Length == 1 && arguments[0] == "--help")
        {
            output.WriteLine(Usage);
            return true;
        }
        if (arguments is not ["--by", string by, "--columns", string columns, string file]) throw new UsageException(Usage);
        string[] keys = [.. by.Split(',').Select(key => key.Split(':')[0])];
        IEnumerable<string> titles = by.Split(',').Select(key => key.Split(':')[^1]);
        MedianColumn[] shown = [.. columns.Split(',').Select(MedianColumn.Parse)];
        List<JsonObject> lines = JsonLines.Read(file);

        output.WriteLine($"| {string.Join(" | ", titles.Concat(shown.Select(column => column.Title)))} |");
        output.WriteLine($"| {string.Join(" | ", keys.Select(_ => "---").Concat(shown.Select(_ => "---:")))} |");
        foreach (IGrouping<string, JsonObject> row in lines.GroupBy(line => Key(line, keys)))
            output.WriteLine($"| {row.Key} | {string.Join(" | ", shown.Select(column => column.Cell(row)))} |");
        return true;
    }

    private static string Key(JsonObject line, string[] keys) =>
        string.Join(" | ", keys.Select(key => line[key]?.ToString() ?? "-"));

    private sealed record MedianColumn(string Field, string Title, int Digits, bool HasRange)
    {
        public static MedianColumn Parse(string text)
        {
            string[] parts = text.Split(':');
            if (parts.Length != 3) throw new UsageException($"{text}: NAME:TITLE:DIGITS is expected");
            int digits = int.Parse(parts[2].TrimEnd('~'), CultureInfo.InvariantCulture);
            return new MedianColumn(parts[0], parts[1], digits, parts[2].EndsWith('~'));
        }

        public string Cell(IEnumerable<JsonObject> lines)
        {
            IEnumerable<JsonObject> measured = lines.Where(line => line.ContainsKey(Field));
            double[] values = [.. measured.Select(line => line[Field]!.GetValue<double>()).Order()];
            if (JsonLines.Median(values) is not { } median) return "-";
            string range = HasRange && values.Length > 1 ? $" ({Text(values[0])}-{Text(values[^1])})" : "";
            return Text(median) + range;
        }

        private string Text(double value) => value.ToString($"N{Digits}", CultureInfo.InvariantCulture);
    }
}
