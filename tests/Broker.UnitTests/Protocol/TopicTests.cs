using System.Text;
using Broker.Protocol.Topics;
using Broker.TestKit;

namespace Broker.UnitTests.Protocol;

public sealed class TopicTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("sport/tennis/player1")]
    [InlineData("with blank/ÄÖ漢😀")]
    [InlineData("$SYS/broker/uptime")]
    public void A_topic_name_is_any_string_without_wildcards(string topic)
    {
        Assert.True(TopicName.IsValid(topic));
        Assert.True(TopicName.IsValid(Encoding.UTF8.GetBytes(topic)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("a/#")]
    [InlineData("a+b")]
    [InlineData("ä/#")]
    [InlineData("a\0b")]
    [InlineData("a\u0007b")]
    [InlineData("a\u0085b")]
    [InlineData("a\uFFFFb")]
    public void A_topic_name_with_a_wildcard_or_a_forbidden_character_is_none(string topic)
    {
        Assert.False(TopicName.IsValid(topic));
        Assert.False(TopicName.IsValid(Encoding.UTF8.GetBytes(topic)));
    }

    [Theory]
    [InlineData("c3")]
    [InlineData("'a' ed a0 80")]
    public void A_topic_name_that_is_not_utf8_is_none(string wire) => Assert.False(TopicName.IsValid(WireText.Parse(wire)));

    [Fact]
    public void Half_a_surrogate_pair_is_neither_a_topic_nor_a_filter()
    {
        // Built here: the test runner would mend the character on its way from an attribute.
        string half = "a" + (char)0xD800;

        Assert.False(TopicName.IsValid(half));
        Assert.False(TopicFilter.IsValid(half));
    }

    [Theory]
    [InlineData('a', 65_535, 65_535)]
    [InlineData('é', 32_767, 65_534)]
    [InlineData('漢', 21_845, 65_535)]
    public void A_topic_has_65535_bytes_at_most(char letter, int count, int bytes)
    {
        string longest = new(letter, count);
        Assert.Equal(bytes, Encoding.UTF8.GetByteCount(longest));

        Assert.True(TopicName.IsValid(longest));
        Assert.True(TopicFilter.IsValid(longest));
        Assert.False(TopicName.IsValid(longest + letter));
        Assert.False(TopicName.IsValid(Encoding.UTF8.GetBytes(longest + letter)));
        Assert.False(TopicFilter.IsValid(longest + letter));
    }

    [Theory]
    [InlineData("#", true)]
    [InlineData("+", true)]
    [InlineData("/", true)]
    [InlineData("a/#", true)]
    [InlineData("/#", true)]
    [InlineData("+/+/#", true)]
    [InlineData("+/a//+", true)]
    [InlineData("$SYS/#", true)]
    [InlineData("$share", true)]
    [InlineData("$share/g/a/+/#", true)]
    [InlineData("$share/g//", true)]
    [InlineData("", false)]
    [InlineData("a#", false)]
    [InlineData("#/", false)]
    [InlineData("a/#/b", false)]
    [InlineData("##", false)]
    [InlineData("a/+b", false)]
    [InlineData("a+/b", false)]
    [InlineData("++", false)]
    [InlineData("a\0", false)]
    [InlineData("$share/", false)]
    [InlineData("$share/g", false)]
    [InlineData("$share/g/", false)]
    [InlineData("$share//a", false)]
    [InlineData("$share/+/a", false)]
    [InlineData("$share/g#/a", false)]
    [InlineData("$share/g/a#", false)]
    public void A_filter_has_its_wildcards_in_place(string filter, bool isValid) =>
        Assert.Equal(isValid, TopicFilter.IsValid(filter));

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "A", false)]
    [InlineData("a", "a/", false)]
    [InlineData("a/", "a", false)]
    [InlineData("sport/#", "sport", true)]
    [InlineData("sport/#", "sport/", true)]
    [InlineData("sport/#", "sport/tennis/player1", true)]
    [InlineData("sport/#", "sports", false)]
    [InlineData("sport/+/#", "sport", false)]
    [InlineData("sport/+/#", "sport/tennis", true)]
    [InlineData("sport/+", "sport", false)]
    [InlineData("sport/+", "sport/", true)]
    [InlineData("sport/+", "sport/a/b", false)]
    [InlineData("+/+", "/finance", true)]
    [InlineData("/+", "/finance", true)]
    [InlineData("+", "/finance", false)]
    [InlineData("+", "a", true)]
    [InlineData("+/b/+", "a/b/c", true)]
    [InlineData("#", "a/b", true)]
    [InlineData("#", "/", true)]
    [InlineData("#", "$SYS/a", false)]
    [InlineData("+/a", "$SYS/a", false)]
    [InlineData("+/#", "$SYS/a", false)]
    [InlineData("$SYS/#", "$SYS/a", true)]
    [InlineData("$SYS/+", "$SYS/a", true)]
    [InlineData("a/#", "a/$b", true)]
    [InlineData("ä/+/漢", "ä/x/漢", true)]
    public void A_filter_matches_as_the_specification_says(string filter, string topic, bool isMatch) =>
        Assert.Equal(isMatch, TopicFilter.Matches(filter, topic));

    [Theory]
    [InlineData("$share/group/a/b", "group", "a/b")]
    [InlineData("$share/g/#", "g", "#")]
    [InlineData("$share/g//", "g", "/")]
    [InlineData("$share/gr üp/a", "gr üp", "a")]
    public void A_shared_filter_is_taken_apart(string filter, string shareName, string topicFilter)
    {
        Assert.True(SharedFilter.IsShared(filter));
        Assert.True(SharedFilter.TryParse(filter, out string? name, out string? rest));
        Assert.Equal((shareName, topicFilter), (name, rest));
    }

    [Theory]
    [InlineData("a/b", false)]
    [InlineData("$share", false)]
    [InlineData("$SHARE/g/a", false)]
    [InlineData("$share/g", true)]
    [InlineData("$share/g/", true)]
    [InlineData("$share//a", true)]
    [InlineData("$share/g+/a", true)]
    public void What_is_no_well_formed_shared_filter_is_not_taken_apart(string filter, bool isShared)
    {
        Assert.Equal(isShared, SharedFilter.IsShared(filter));
        Assert.False(SharedFilter.TryParse(filter, out string? name, out string? rest));
        Assert.Null(name);
        Assert.Null(rest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("/")]
    [InlineData("/a//b/")]
    [InlineData("sport/+/#")]
    public void Levels_are_what_stands_between_the_slashes(string topic)
    {
        List<string> levels = [];
        foreach (ReadOnlySpan<char> level in TopicLevels.Of(topic))
        {
            levels.Add(level.ToString());
        }

        Assert.Equal(topic.Split('/'), levels);
    }
}
