using System.Globalization;
using System.Text;

namespace Broker.Soak;

/// <summary>The run as a picture, SVG: a strip for each figure, time from left to right.</summary>
internal static class SoakPlot
{
    private const int Width = 860;
    private const int StripHeight = 92;
    private const int Left = 64;
    private const int Right = 16;
    private const int Top = 24;

    private static readonly (string Title, (string Name, string Color, Func<Sample, double> Of)[] Lines)[] Strips =
    [
        ("memory, MiB", [("resident", "#1f6feb", static one => one.ResidentMiB), ("heap", "#bf8700", static one => one.HeapMiB)]),
        ("handles and threads",
            [("handles", "#1f6feb", static one => one.Handles), ("threads", "#bf8700", static one => one.Threads)]),
        ("database, MiB", [("files", "#1f6feb", static one => one.StoreMiB)]),
        ("sessions and retained messages",
            [("sessions", "#1f6feb", static one => one.Sessions), ("retained", "#bf8700", static one => one.Retained)]),
        ("messages in queues", [("waiting", "#1f6feb", static one => one.Waiting)]),
        ("slowest newcomer, ms", [("round trip", "#1f6feb", static one => one.WorstWaitMs)]),
    ];

    /// <summary>Draws it.</summary>
    /// <param name="samples">In the order of time.</param>
    public static string Draw(IReadOnlyList<Sample> samples)
    {
        double minutes = Math.Max(1e-3, samples.Count > 0 ? samples[^1].Minutes : 0);
        int height = Top + (Strips.Length * StripHeight) + 20;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" ");
        svg.Append("font-family=\"system-ui, sans-serif\" font-size=\"11\" fill=\"#57606a\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        for (int strip = 0; strip < Strips.Length; strip++) DrawStrip(svg, samples, minutes, strip);
        string last = minutes.ToString("0", CultureInfo.InvariantCulture);
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{height - 6}\">0 min</text>\n");
        svg.Append(CultureInfo.InvariantCulture,
            $"<text x=\"{Width - Right}\" y=\"{height - 6}\" text-anchor=\"end\">{last} min</text>\n");
        return svg.Append("</svg>\n").ToString();
    }

    private static void DrawStrip(StringBuilder svg, IReadOnlyList<Sample> samples, double minutes, int strip)
    {
        (string title, (string Name, string Color, Func<Sample, double> Of)[] lines) = Strips[strip];
        int top = Top + (strip * StripHeight), bottom = top + StripHeight - 30;
        double max = Math.Max(1e-9, lines.Max(line => samples.Count == 0 ? 0 : samples.Max(line.Of)));
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{top - 6}\" fill=\"#24292f\">{title}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {bottom}H{Width - Right}\" stroke=\"#d0d7de\"/>\n");
        svg.Append(
            CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{top + 8}\" text-anchor=\"end\">{max:0.#}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{bottom}\" text-anchor=\"end\">0</text>\n");
        for (int line = 0; line < lines.Length; line++)
        {
            (string name, string color, Func<Sample, double> of) = lines[line];
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width - Right - (line * 80)}\" y=\"{top - 6}\" ");
            svg.Append(CultureInfo.InvariantCulture, $"text-anchor=\"end\" fill=\"{color}\">{name}</text>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{color}\" points=\"");
            foreach (Sample sample in samples)
            {
                double x = Left + (sample.Minutes / minutes * (Width - Left - Right));
                double y = bottom - (of(sample) / max * (bottom - top));
                svg.Append(CultureInfo.InvariantCulture, $"{x:0.#},{y:0.#} ");
            }
            svg.Append("\"/>\n");
        }
    }
}
