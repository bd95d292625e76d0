using Broker.Configuration;

namespace Broker.UnitTests.Configuration;

public class KeptStateBindingTests
{
    [Theory]
    [InlineData("", "all")]
    [InlineData("persistence_kinds all", "all")]
    [InlineData("persistence_kinds none", "none")]
    [InlineData("persistence_kinds retained", "retained")]
    [InlineData("persistence_kinds sessions retained # not what waits for them", "retained, sessions")]
    [InlineData("persistence_kinds retained sessions queues", "all")]
    [InlineData(
        "persistence_kinds retained\npersistence_user plant-* all\npersistence_user * none", "retained; plant-*: all; *: none")]
    public void Kinds_are_read_for_everybody_and_for_users(string text, string expected) =>
        Assert.Equal(expected, Reading.Options(text).Persistence.Kept.ToString());

    [Theory]
    [InlineData("persistence_kinds retained session", "a.conf:1:28: ", "not 'session'")]
    [InlineData("persistence_kinds all retained", "a.conf:1:19: ", "not 'all'")]
    [InlineData("persistence_kinds queues", "a.conf:1:19: ", "'sessions' has to be kept as well")]
    [InlineData("persistence_user bob", "a.conf:1:18: ", "takes a user name and what is kept for it")]
    [InlineData("persistence_user bob queues retained", "a.conf:1:22: ", "'sessions' has to be kept as well")]
    public void What_is_wrong_is_told_with_its_place(string text, string place, string words)
    {
        string error = Reading.Errors(text)[0];

        Assert.StartsWith(place, error, StringComparison.Ordinal);
        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_gets_what_the_first_line_that_fits_says()
    {
        const string Text = "persistence_kinds retained\npersistence_user plant-0 none\npersistence_user plant-? all\n"
            + "persistence_user *x sessions";

        KeptState kept = Reading.Options(Text).Persistence.Kept;

        (string? User, KeptKinds Kinds)[] expected =
        [
            ("plant-0", KeptKinds.None), ("plant-1", KeptKinds.All), ("plant-10", KeptKinds.Retained),
            ("Plant-1", KeptKinds.Retained), ("x", KeptKinds.Sessions), (null, KeptKinds.Retained), ("", KeptKinds.Retained),
        ];
        Assert.All(expected, row => Assert.Equal(row, (row.User, kept.Of(row.User))));
    }

    [Fact]
    public void A_name_with_a_backslash_is_that_name()
    {
        KeptState kept = Reading.Options("persistence_user PLANT\\ann none\npersistence_user PLANT\\* retained").Persistence.Kept;

        Assert.Equal(
            [KeptKinds.None, KeptKinds.Retained, KeptKinds.All],
            new[] { "PLANT\\ann", "PLANT\\bob", "PLANTann" }.Select(kept.Of));
    }

    [Fact]
    public void Only_a_restart_changes_it()
    {
        BrokerOptions running = Reading.Options("persistence_user a none");
        BrokerOptions read = Reading.Options("persistence_kinds none\npersistence_user b none");
        List<string> sentences = [];

        BrokerOptions result = RestartOnly.Keep(running, read, sentences);

        Assert.Equal(running.Persistence, result.Persistence);
        Assert.Equal(
            ["persistence_kinds", "persistence_user"], sentences.Select(sentence => sentence.Split('\'')[1]));
        sentences.Clear();
        RestartOnly.Keep(running, Reading.Options("persistence_user a none"), sentences);
        Assert.Empty(sentences);
    }
}
