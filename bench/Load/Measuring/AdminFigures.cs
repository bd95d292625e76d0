using System.Globalization;

namespace Load.Measuring;

/// <summary>What the broker says of itself on its admin listener.</summary>
internal sealed class AdminFigures(int port) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

    /// <summary>All samples of /metrics, by name and labels as they are written there.</summary>
    public IReadOnlyDictionary<string, double> Read()
    {
        string text;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
            using HttpResponseMessage response = _http.Send(request);
            response.EnsureSuccessStatusCode();
            using var reader = new StreamReader(response.Content.ReadAsStream());
            text = reader.ReadToEnd();
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new LoadException($"the admin listener on port {port} does not answer: {exception.Message}");
        }
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int space = line.LastIndexOf(' ');
            if (line[0] == '#' || space < 0) continue;
            samples[line[..space]] = double.Parse(line.AsSpan(space + 1), NumberStyles.Float, CultureInfo.InvariantCulture);
        }
        return samples;
    }

    /// <summary>Messages that were dropped, by reason.</summary>
    public IReadOnlyDictionary<string, long> ReadDrops()
    {
        const string Prefix = "broker_messages_dropped_total{reason=\"";
        return Read().Where(sample => sample.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(sample => sample.Key[Prefix.Length..^2], sample => (long)sample.Value, StringComparer.Ordinal);
    }

    /// <summary>Whether nothing waits or is in flight anywhere.</summary>
    public bool IsAllDelivered()
    {
        IReadOnlyDictionary<string, double> samples = Read();
        double waiting = samples.Where(sample =>
            sample.Key.StartsWith("broker_queue_messages", StringComparison.Ordinal)
            || sample.Key.StartsWith("broker_inflight_messages", StringComparison.Ordinal)).Sum(sample => sample.Value);
        return waiting == 0;
    }

    public void Dispose() => _http.Dispose();
}
