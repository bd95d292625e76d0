namespace Broker.IntegrationTests.Compatibility;

/// <summary>That a comparison can fail.</summary>
public sealed class DifferenceTests
{
    private static readonly Exchange Exchange =
        ExchangeArea.Parse("x", "## one: A title\na connect\na ping\n").Exchanges[0];

    private static readonly PlayedExchange Played = new(Exchange, [["a < x"], ["a < y"]], [["a < x"], []]);

    [Fact]
    public void Steps_with_other_answers_differ() => Assert.Equal([2], Played.Differing);

    [Fact]
    public void A_difference_with_a_line_is_known() => Assert.Empty(Contradictions("one:2 | specification | Why.\n"));

    [Theory]
    [InlineData("", "one:2 has no line in differences.txt")]
    [InlineData("one:1 | specification | Why.", "x:1: both brokers do the same")]
    [InlineData("one:2 | mosquitto quirk we follow | Why.", "x:1: a quirk that is followed, but the brokers differ")]
    [InlineData("one:3 | specification | Why.", "x:1: there is no such step")]
    [InlineData("two:1 | specification | Why.", "x:1: there is no such step")]
    [InlineData("one:2 | specification | Why.\none:2 | specification | Why.", "x:2: the step has a line already")]
    public void What_is_not_said_rightly_is_named(string lines, string finding) =>
        Assert.Contains(Contradictions(lines), each => each.StartsWith(finding, StringComparison.Ordinal));

    [Theory]
    [InlineData("one:2 | because | Why.")]
    [InlineData("one:2 | specification")]
    [InlineData("one | specification | Why.")]
    public void What_is_no_line_is_refused(string line) =>
        Assert.StartsWith(
            "x:1: ", Assert.Throws<FormatException>(() => Difference.ParseAll("x", line)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_page_shows_both_where_they_differ() =>
        Assert.Equal("```\n 1 a connect\n      a < x\n 2 a ping\n  mosquitto | a < y\n  here      | (nothing)\n```\n",
            ReportPage.Transcript(Played));

    private static string[] Contradictions(string lines) =>
        [.. Difference.Contradictions([Played], Difference.ParseAll("x", lines))];
}
