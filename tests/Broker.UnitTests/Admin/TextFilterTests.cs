using Broker.Admin;

namespace Broker.UnitTests.Admin;

public sealed class TextFilterTests
{
    [Theory]
    [InlineData("sens", "Sensor-1", true)]
    [InlineData("OR-1", "sensor-1", true)]
    [InlineData("x", "sensor-1", false)]
    [InlineData("sensor-*", "SENSOR-77", true)]
    [InlineData("*-?", "sensor-1", true)]
    [InlineData("sensor*", "my sensor", false)]
    [InlineData("a", null, false)]
    public void A_part_is_found_and_a_pattern_is_for_the_whole(string filter, string? text, bool isFound) =>
        Assert.Equal(isFound, TextFilter.Of(filter)!.Matches(text));

    [Fact]
    public void Nothing_filters_nothing()
    {
        Assert.Null(TextFilter.Of(""));
        Assert.Null(TextFilter.Of(null));
    }
}
