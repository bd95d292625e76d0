using Broker.Configuration.Mosquitto;

namespace Broker.UnitTests.Configuration;

public class ExplainedOptionsTests
{
    [Theory]
    [InlineData("postgres://u:secret@h/d", "postgres://u:***@h/d")]
    [InlineData("postgres://u:se@secret@h/d", "postgres://u:***@h/d")]
    [InlineData("postgres://u@h/d?password=secret&sslmode=require", "postgres://u@h/d?password=***&sslmode=require")]
    [InlineData("postgres://u@h/d?sslkey=k&sslpassword=secret", "postgres://u@h/d?sslkey=k&sslpassword=***")]
    public void No_password_of_the_store_is_shown_however_it_is_written(string url, string shown)
    {
        Assert.Equal((shown, "a.conf:1"), Of($"persistence_url {url}", "persistence_url"));
        Assert.Equal((shown, "BROKER_PERSISTENCE_URL"), Of("", "persistence_url", new() { PersistenceUrl = url }));
    }

    [Fact]
    public void A_line_that_the_environment_overrides_is_not_what_holds()
    {
        CommandLineOverrides environment = new() { PersistenceUrl = "sqlite:///b.db", PersistenceLocation = "/b" };

        Assert.Equal(
            ("sqlite:///b.db", "BROKER_PERSISTENCE_URL"),
            Of("persistence_url sqlite:///a.db", "persistence_url", environment));
        Assert.Equal(
            ("/b", "MOSQUITTO_PERSISTENCE_LOCATION"), Of("persistence_location /a", "persistence_location", environment));
    }

    [Fact]
    public void The_query_of_a_service_is_not_shown_for_it_may_be_a_token()
    {
        ConfigurationResult read = MosquittoConfiguration.Parse(
            "listener 1883\nhttp_auth_url http://127.0.0.1/a?key=secret&b=1", "a.conf", null);

        ExplainedSection listener = ExplainedOptions.Of(read.Options!, read.Origins!, [0])[1];

        ExplainedOption url = Assert.Single(listener.Options, static option => option.Name == "http_auth_url");
        Assert.Equal("http://127.0.0.1/a?***", url.Value);
    }

    private static (string Value, string Origin) Of(string text, string name, CommandLineOverrides? overrides = null)
    {
        ConfigurationResult read = MosquittoConfiguration.Parse(text, "a.conf", overrides);
        ExplainedOption option = Assert.Single(
            ExplainedOptions.Of(read.Options!, read.Origins!, [])[0].Options, option => option.Name == name);
        return (option.Value, option.Origin);
    }
}
