using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Broker.Diagnostics;

/// <summary>Writes metrics as the Prometheus text format 0.0.4, or as OpenMetrics 1.0.</summary>
internal static class PrometheusText
{
    /// <summary>Media type of the text format.</summary>
    public const string TextType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Media type of OpenMetrics.</summary>
    public const string OpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private const string TotalSuffix = "_total";

    /// <summary>Everything, in one of the two.</summary>
    public static string Write(IEnumerable<MetricFamily> families, bool isOpenMetrics)
    {
        StringBuilder text = new(16 * 1024);
        foreach (MetricFamily family in families) Write(text, family, isOpenMetrics);
        if (isOpenMetrics) text.Append("# EOF\n");
        return text.ToString();
    }

    /// <summary>The name of an instrument here: dots become underscores, and its unit and kind are at the end.</summary>
    public static string NameOf(Instrument instrument) => FamilyName(instrument) + (IsCounter(instrument) ? TotalSuffix : "");

    /// <summary><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</summary>
    public static string KindOf(Instrument instrument) =>
        IsCounter(instrument) ? "counter" : instrument is Histogram<double> ? "histogram" : "gauge";

    /// <summary>Upper bounds of the buckets, without the last, which is infinite.</summary>
    public static double[] BoundsOf(Histogram<double> histogram) => [.. histogram.Advice?.HistogramBucketBoundaries ?? []];

    /// <summary>Tags as they stand between braces, <c>type="publish",qos="1"</c>.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return "";
        StringBuilder labels = new();
        foreach ((string name, object? value) in tags)
        {
            if (labels.Length > 0) labels.Append(',');
            string text = Escape(value?.ToString() ?? "", isLabel: true);
            labels.Append(name.Replace('.', '_')).Append("=\"").Append(text).Append('"');
        }
        return labels.ToString();
    }

    private static void Write(StringBuilder text, MetricFamily family, bool isOpenMetrics)
    {
        Instrument instrument = family.Instrument;
        string sampleName = NameOf(instrument);
        // The suffix of a counter belongs to the sample in OpenMetrics and to the name in the older format.
        string name = isOpenMetrics ? FamilyName(instrument) : sampleName;
        text.Append($"# HELP {name} {Escape(instrument.Description ?? "", isLabel: isOpenMetrics)}\n");
        text.Append($"# TYPE {name} {KindOf(instrument)}\n");
        if (isOpenMetrics && UnitOf(instrument) is { } unit) text.Append($"# UNIT {name} {unit}\n");
        foreach (MetricPoint point in family.Points) Sample(text, sampleName, point.Tags, point.Value);
        foreach ((string tags, HistogramSeries series) in family.Histograms)
            WriteHistogram(text, sampleName, tags, (Histogram<double>)instrument, series);
    }

    private static void WriteHistogram(
        StringBuilder text, string name, string tags, Histogram<double> histogram, HistogramSeries series)
    {
        (long[] cumulative, double sum) = series.Read();
        double[] bounds = BoundsOf(histogram);
        string before = tags.Length == 0 ? "" : tags + ",";
        for (int i = 0; i < cumulative.Length; i++)
        {
            string bound = i < bounds.Length ? Number(bounds[i]) : "+Inf";
            Sample(text, name + "_bucket", $"{before}le=\"{bound}\"", cumulative[i]);
        }
        Sample(text, name + "_sum", tags, sum);
        Sample(text, name + "_count", tags, cumulative[^1]);
    }

    private static void Sample(StringBuilder text, string name, string tags, double value)
    {
        text.Append(name);
        if (tags.Length > 0) text.Append('{').Append(tags).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static bool IsCounter(Instrument instrument) => instrument is ObservableCounter<long> or ObservableCounter<double>;

    private static string FamilyName(Instrument instrument)
    {
        string name = instrument.Name.Replace('.', '_');
        return UnitOf(instrument) is { } unit ? $"{name}_{unit}" : name;
    }

    // Of UCUM's units these two are written out; what stands in braces is no unit.
    private static string? UnitOf(Instrument instrument) => instrument.Unit switch
    {
        "By" => "bytes",
        "s" => "seconds",
        _ => null,
    };

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Escape(string text, bool isLabel)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return isLabel ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }
}
