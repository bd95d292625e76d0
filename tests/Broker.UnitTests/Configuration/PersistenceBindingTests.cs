using Broker.Configuration;
using Broker.Configuration.Mosquitto;

namespace Broker.UnitTests.Configuration;

public class PersistenceBindingTests
{
    private static readonly CommandLineOverrides Url = new() { PersistenceUrl = "postgres://host/db" };

    [Fact]
    public void Persistence_is_read_as_mosquitto_has_it()
    {
        const string Text = "persistence true\npersistence_location /var/lib/mosquitto/\npersistence_file a.db\n";

        PersistenceOptions persistence = Reading.Options(Text).Persistence;

        Assert.Equal(
            new PersistenceOptions { IsEnabled = true, Location = "/var/lib/mosquitto/", File = "a.db" }, persistence);
        Assert.Equal("/var/lib/mosquitto/a.db", persistence.StoreLocation);
        Assert.Empty(Reading.Remarks(Text));
    }

    [Fact]
    public void A_file_without_a_word_keeps_nothing_and_its_file_would_not_be_mosquittos()
    {
        PersistenceOptions persistence = Reading.Options("").Persistence;

        Assert.False(persistence.IsEnabled);
        Assert.Equal("broker.db", persistence.StoreLocation);
        Assert.Equal(TimeSpan.FromSeconds(30), persistence.WillGrace);
    }

    [Fact]
    public void The_environment_wins_over_persistence_location() => Assert.Equal(
        "/b",
        Reading.Options("persistence_location /a", new CommandLineOverrides { PersistenceLocation = "/b" }).Persistence.Location);

    [Fact]
    public void A_store_that_is_named_is_used()
    {
        PersistenceOptions persistence = Reading.Options("persistence_url sqlite:///a.db").Persistence;

        Assert.True(persistence.IsEnabled);
        Assert.Equal("sqlite:///a.db", persistence.StoreLocation);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("persistence_url sqlite:///a.db", true)]
    [InlineData("persistence false", false)]
    public void The_environments_store_wins_but_not_over_persistence_false(string text, bool isEnabled)
    {
        PersistenceOptions persistence = Reading.Options(text, Url).Persistence;

        Assert.Equal((isEnabled, "postgres://host/db"), (persistence.IsEnabled, persistence.StoreLocation));
    }

    [Theory]
    [InlineData("listener 1\ndurability memory", ListenerDurability.Memory)]
    [InlineData("listener 1\ndurability commit", ListenerDurability.Commit)]
    [InlineData("listener 1", ListenerDurability.Commit)]
    public void Each_listener_has_its_durability(string text, object expected) =>
        Assert.Equal(expected, Reading.Options(text).Listeners[0].Durability);

    [Fact]
    public void The_grace_of_wills_and_the_way_of_damage_are_read()
    {
        PersistenceOptions persistence = Reading.Options("will_grace 5\non_store_damage stop").Persistence;

        Assert.Equal((TimeSpan.FromSeconds(5), StoreDamageAction.Stop), (persistence.WillGrace, persistence.OnDamage));
    }
}
