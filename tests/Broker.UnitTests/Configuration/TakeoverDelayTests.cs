namespace Broker.UnitTests.Configuration;

public class TakeoverDelayTests
{
    [Theory]
    [InlineData("", 30)]
    [InlineData("takeover_delay_max 0", 0)]
    [InlineData("takeover_delay_max 60", 60)]
    public void It_is_seconds(string text, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Reading.Options(text).Limits.TakeoverDelayMax);
}
