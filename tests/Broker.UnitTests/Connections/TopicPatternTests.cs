using Broker.Connections;

namespace Broker.UnitTests.Connections;

public sealed class TopicPatternTests
{
    [Theory]
    [InlineData("answers", "answers")]
    [InlineData("a/%c/%u/b", "a/id/ann/b")]
    [InlineData("%c%c", "idid")]
    [InlineData("50%", "50%")]
    [InlineData("%d/%%c", "%d/%id")]
    public void Marks_stand_for_the_client(string pattern, string expected) =>
        Assert.Equal(expected, TopicPattern.Expand(pattern, "id", "ann"));

    [Fact]
    public void What_a_client_is_called_is_not_read_as_a_pattern() =>
        Assert.Equal("%u/%c", TopicPattern.Expand("%c/%u", "%u", "%c"));

    [Theory]
    [InlineData("a/%u", "id", null)]
    [InlineData("a/%u", "id", "")]
    [InlineData("a/%u", "id", "#")]
    [InlineData("a/%c", "i+d", "ann")]
    public void Without_a_plain_name_there_is_no_topic(string pattern, string clientId, string? userName) =>
        Assert.Null(TopicPattern.Expand(pattern, clientId, userName));

    [Fact]
    public void What_is_not_asked_for_may_be_missing() => Assert.Equal("a/id", TopicPattern.Expand("a/%c", "id", null));

    [Fact]
    public void A_topic_that_is_too_long_is_none() =>
        Assert.Null(TopicPattern.Expand("%c%c", new string('x', 40_000), null));
}
