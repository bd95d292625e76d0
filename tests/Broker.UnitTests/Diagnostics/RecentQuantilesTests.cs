using Broker.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Diagnostics;

public sealed class RecentQuantilesTests
{
    private static readonly double[] Shares = [0.5, 0.99];

    private readonly FakeTimeProvider _time = new();
    private readonly HistogramSeries _series = new([1, 2, 4]);

    [Fact]
    public void A_value_lies_where_its_share_of_the_bucket_ends()
    {
        for (int i = 0; i < 50; i++) _series.Record(0.5);
        for (int i = 0; i < 50; i++) _series.Record(3);

        double?[] values = new RecentQuantiles(_time).Read(_series, Shares);

        Assert.Equal(1, values[0]);
        Assert.Equal(2 + (2 * 0.98), values[1]!.Value, 6);
    }

    [Fact]
    public void What_is_long_past_does_not_count()
    {
        RecentQuantiles quantiles = new(_time);
        for (int i = 0; i < 1000; i++) _series.Record(0.5);
        quantiles.Read(_series, Shares);
        for (int second = 0; second < 12; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _series.Record(3);
            quantiles.Read(_series, Shares);
        }

        Assert.InRange(quantiles.Read(_series, Shares)[0]!.Value, 2, 4);
    }

    [Fact]
    public void Of_nothing_there_is_no_quantile_and_of_what_is_beyond_the_last_bound_the_bound()
    {
        RecentQuantiles quantiles = new(_time);
        Assert.Null(quantiles.Read(_series, Shares)[0]);
        _series.Record(100);
        Assert.Equal(4, quantiles.Read(_series, Shares)[0]);
    }
}
