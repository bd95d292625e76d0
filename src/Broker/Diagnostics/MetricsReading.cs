using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Broker.Diagnostics;

/// <summary>One value of an instrument.</summary>
/// <param name="Tags">As text, in the order of the instrument.</param>
/// <param name="Value">The value.</param>
internal readonly record struct MetricPoint(string Tags, double Value);

/// <summary>What an instrument says at one moment.</summary>
/// <param name="Instrument">Which.</param>
/// <param name="Points">Values of a counter or gauge.</param>
/// <param name="Histograms">Values of a histogram.</param>
internal sealed record MetricFamily(
    Instrument Instrument, IReadOnlyList<MetricPoint> Points, IReadOnlyList<(string Tags, HistogramSeries Series)> Histograms);

/// <summary>
/// Listens to the instruments of a meter, for as long as it lives: histograms count from here on, the others are asked when
/// somebody reads. One listener serves all readers.
/// </summary>
internal sealed class MetricsReading : IDisposable
{
    private readonly Lock _reading = new();
    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, Instrument> _instruments = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(Instrument Instrument, string Tags), HistogramSeries> _histograms = new();
    private Dictionary<Instrument, List<MetricPoint>> _points = [];

    public MetricsReading(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter != meter) return;
            lock (_instruments) _instruments.Add(instrument.Name, instrument);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The instruments there are, by name.</summary>
    public IReadOnlyList<Instrument> Instruments
    {
        get { lock (_instruments) return [.. _instruments.Values]; }
    }

    /// <summary>What a histogram without tags has recorded; null: nothing, or there is none of this name.</summary>
    public HistogramSeries? Histogram(string name) =>
        _histograms.FirstOrDefault(pair => pair.Key.Instrument.Name == name).Value;

    /// <summary>Asks every instrument. One reader at a time.</summary>
    /// <returns>Those with a value, by name.</returns>
    public IReadOnlyList<MetricFamily> Read()
    {
        lock (_reading)
        {
            _points = [];
            _listener.RecordObservableInstruments();
            return [.. Instruments.Select(FamilyOf).Where(static family => family.Points.Count + family.Histograms.Count > 0)];
        }
    }

    public void Dispose() => _listener.Dispose();

    private MetricFamily FamilyOf(Instrument instrument) => new(
        instrument,
        _points.TryGetValue(instrument, out List<MetricPoint>? points) ? points : [],
        [
            .. _histograms.Where(pair => pair.Key.Instrument == instrument)
                .OrderBy(static pair => pair.Key.Tags, StringComparer.Ordinal).Select(static pair => (pair.Key.Tags, pair.Value)),
        ]);

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string text = PrometheusText.Labels(tags);
        if (instrument is Histogram<double> histogram)
        {
            _histograms.GetOrAdd(
                (histogram, text),
                static key => new HistogramSeries(PrometheusText.BoundsOf((Histogram<double>)key.Instrument))).Record(value);
            return;
        }
        // Asked for by Read, under its lock.
        if (!_points.TryGetValue(instrument, out List<MetricPoint>? points)) _points.Add(instrument, points = []);
        points.Add(new MetricPoint(text, value));
    }
}
