using System.Globalization;
using System.Text;

namespace Broker.Cli;

/// <summary>Rows below their headings, aligned; the widest columns are cut where the terminal is too narrow for them.</summary>
internal static class CtlTable
{
    private const string Gap = "  ";
    private const int ColumnMin = 8;

    /// <summary>Writes it.</summary>
    /// <param name="headings">Of the columns.</param>
    /// <param name="rows">As many cells each.</param>
    /// <param name="width">Of the terminal, characters; null: there is none, and nothing is cut.</param>
    public static string Write(string[] headings, IReadOnlyList<string[]> rows, int? width)
    {
        string[][] all = [headings, .. rows.Select(static row => row.Select(Printable).ToArray())];
        bool[] isNumber = [.. headings.Select((_, i) => rows.Count > 0 && rows.All(row => IsNumber(row[i])))];
        int[] widths = [.. headings.Select((_, i) => all.Max(row => LengthOf(row[i])))];
        if (width is { } terminal) Fit(widths, terminal - (Gap.Length * (widths.Length - 1)));
        var text = new StringBuilder();
        foreach (string[] row in all)
        {
            for (int i = 0; i < row.Length; i++)
            {
                string cell = Cut(row[i], widths[i]);
                string space = new(' ', widths[i] - LengthOf(cell));
                bool isLast = i == row.Length - 1;
                if (isNumber[i]) text.Append(space).Append(cell);
                else text.Append(cell).Append(isLast ? "" : space);
                text.Append(isLast ? "\n" : Gap);
            }
        }
        return text.ToString();
    }

    /// <summary>A text of somebody else's, harmless to a terminal.</summary>
    public static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(static one => char.IsControl(one) ? '\uFFFD' : one)) : text;

    /// <summary>The same of a text that may have lines and tabs.</summary>
    public static string PrintableLines(string text) => string.Concat(
        text.Select(static one => char.IsControl(one) && one is not ('\n' or '\t') ? '\uFFFD' : one));

    private static bool IsNumber(string cell) =>
        cell is "-" || double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static void Fit(int[] widths, int available)
    {
        while (widths.Sum() > available)
        {
            int widest = Array.IndexOf(widths, widths.Max());
            if (widths[widest] <= ColumnMin) return;
            widths[widest]--;
        }
    }

    private static string Cut(string cell, int width)
    {
        if (LengthOf(cell) <= width) return cell;
        return string.Concat(Elements(cell).Take(width - 1)) + "…";
    }

    private static int LengthOf(string cell) => new StringInfo(cell).LengthInTextElements;

    private static IEnumerable<string> Elements(string cell)
    {
        TextElementEnumerator elements = StringInfo.GetTextElementEnumerator(cell);
        while (elements.MoveNext()) yield return elements.GetTextElement();
    }
}
