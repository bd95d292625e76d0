using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Load.Measuring;

/// <summary>The figures of a run in the order in which they are read: one JSON object a line, or a table for people.</summary>
internal sealed class Report
{
    // The default escapes what only a browser would take for markup.
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonObject _figures = [];

    public void Add(string name, double value, int digits = 0) => _figures[name] = Math.Round(value, digits);

    public void Add(string name, long value) => _figures[name] = value;

    public void Add(string name, string value) => _figures[name] = value;

    /// <summary>Memory in units of 1,000,000 bytes.</summary>
    public void AddMegabytes(string name, long bytes) => Add(name, bytes / 1e6, 1);

    public void AddLatency(string name, LatencyHistogram latency)
    {
        if (latency.Count == 0) return;
        Add($"{name}_p50_us", latency.Microseconds(0.5));
        Add($"{name}_p99_us", latency.Microseconds(0.99));
        Add($"{name}_p999_us", latency.Microseconds(0.999));
        Add($"{name}_max_us", latency.MaximumMicroseconds);
    }

    public void Print(TextWriter output, bool asJson)
    {
        if (asJson)
        {
            output.WriteLine(_figures.ToJsonString(OneLine));
            return;
        }
        foreach ((string name, JsonNode? value) in _figures) output.WriteLine($"{name,-32} {Text(value)}");
    }

    private static string Text(JsonNode? node) =>
        node!.GetValueKind() == JsonValueKind.Number
            ? node.AsValue().TryGetValue(out long whole)
                ? whole.ToString("N0", CultureInfo.InvariantCulture)
                : node.GetValue<double>().ToString("#,##0.###", CultureInfo.InvariantCulture)
            : node.GetValue<string>();
}
