using System.Diagnostics.Metrics;
using Broker.Admin;
using Broker.Diagnostics;

namespace Broker.UnitTests.Diagnostics;

public sealed class PrometheusTextTests
{
    private readonly Meter _meter = new("Test");

    [Fact]
    public void A_counter_has_its_unit_and_total_in_its_name_and_its_tags_as_labels()
    {
        KeyValuePair<string, object?> tag = new("type", "a \"b\"\\\n");
        _meter.CreateObservableCounter("broker.sent", () => new Measurement<long>(5, tag), "By", "Bytes \\ sent.");

        Assert.Equal(
            "# HELP broker_sent_bytes_total Bytes \\\\ sent.\n# TYPE broker_sent_bytes_total counter\n"
            + "broker_sent_bytes_total{type=\"a \\\"b\\\"\\\\\\n\"} 5\n",
            Read(isOpenMetrics: false));
    }

    [Fact]
    public void In_OpenMetrics_the_family_is_named_without_total_and_has_its_unit()
    {
        _meter.CreateObservableCounter("broker.pause", () => 0.5, "s", "Pauses.");

        Assert.Equal(
            "# HELP broker_pause_seconds Pauses.\n# TYPE broker_pause_seconds counter\n# UNIT broker_pause_seconds seconds\n"
            + "broker_pause_seconds_total 0.5\n# EOF\n",
            Read(isOpenMetrics: true));
    }

    [Fact]
    public void A_histogram_counts_up_to_each_bound()
    {
        Histogram<double> histogram = _meter.CreateHistogram(
            "broker.wait", "s", "Waits.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        using MetricsReading reading = new(_meter);
        KeyValuePair<string, object?> tag = new("a", "b");
        foreach (double value in (double[])[0.1, 0.5, 0.7, 9]) histogram.Record(value, tag);

        Assert.Equal(
            "# HELP broker_wait_seconds Waits.\n# TYPE broker_wait_seconds histogram\n"
            + "broker_wait_seconds_bucket{a=\"b\",le=\"0.5\"} 2\nbroker_wait_seconds_bucket{a=\"b\",le=\"1\"} 3\n"
            + "broker_wait_seconds_bucket{a=\"b\",le=\"+Inf\"} 4\nbroker_wait_seconds_sum{a=\"b\"} 10.3\n"
            + "broker_wait_seconds_count{a=\"b\"} 4\n",
            PrometheusText.Write(reading.Read(), isOpenMetrics: false));
    }

    [Theory]
    [InlineData(false, "*/*")]
    [InlineData(false, "text/plain;version=0.0.4")]
    [InlineData(true, "application/openmetrics-text;version=1.0.0")]
    [InlineData(true, "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5")]
    [InlineData(false, "application/openmetrics-text;q=0.2,text/plain;q=0.5")]
    [InlineData(false, "application/openmetrics-text;q=0")]
    public void The_format_is_what_the_client_would_rather_have(bool isOpenMetrics, string accept) =>
        Assert.Equal(isOpenMetrics, MetricsEndpoint.PrefersOpenMetrics([accept]));

    private string Read(bool isOpenMetrics)
    {
        using MetricsReading reading = new(_meter);
        return PrometheusText.Write(reading.Read(), isOpenMetrics);
    }
}
