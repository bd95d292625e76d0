using Broker.Configuration;

namespace Broker.UnitTests.Configuration;

public class HttpAuthBindingTests
{
    [Fact]
    public void Every_option_is_read()
    {
        const string Text = """
            listener 1
            http_auth_url https://devices.example.org/auth
            http_acl_url https://devices.example.org/acl?x=1
            http_auth_cafile /c a
            http_auth_format form
            http_auth_timeout 2
            http_auth_concurrency 3
            http_auth_cache 0
            http_auth_failure allow
            """;

        Assert.Empty(Reading.Warnings(Text));
        Assert.Equal(
            new HttpAuthOptions
            {
                AuthUrl = new Uri("https://devices.example.org/auth"),
                AclUrl = new Uri("https://devices.example.org/acl?x=1"),
                CaFile = "/c a",
                Format = HttpAuthFormat.Form,
                Timeout = TimeSpan.FromSeconds(2),
                Concurrency = 3,
                CacheTime = TimeSpan.Zero,
                AllowsOnFailure = true,
            },
            Reading.Listener(Text).Security.Http);
        Assert.Null(Reading.Listener("listener 1").Security.Http);
    }

    [Fact]
    public void Per_listener_settings_makes_them_a_listeners_own()
    {
        BrokerOptions options = Reading.Options(
            "per_listener_settings true\nlistener 1\nhttp_acl_url http://localhost/\nlistener 2\n");

        Assert.Equal(
            [new HttpAuthOptions { AclUrl = new Uri("http://localhost/") }, null],
            options.Listeners.Select(listener => listener.Security.Http));
    }

    [Theory]
    [InlineData("http_auth_url devices.example.org", "takes a URL such as https://")]
    [InlineData("http_acl_url file:///etc/passwd", "takes a URL such as https://")]
    [InlineData("http_auth_failure ignore", "takes deny or allow")]
    [InlineData("http_auth_timeout 30", "takes seconds, 1 to 20")]
    [InlineData("http_auth_concurrency 0", "takes 1 to 1000")]
    public void What_is_wrong_is_said(string line, string error) =>
        Assert.Contains(Reading.Errors($"listener 1\n{line}"), text => text.Contains(error, StringComparison.Ordinal));

    [Fact]
    public void What_goes_unencrypted_or_does_nothing_is_warned_about()
    {
        Assert.Contains(
            Reading.Warnings("listener 1\nhttp_auth_url http://devices.example.org/"),
            line => line.Contains("names and passwords go over the network unencrypted", StringComparison.Ordinal));
        Assert.Contains(
            Reading.Warnings("listener 1\nhttp_auth_cache 1"),
            line => line.Contains("'http_auth_cache' has no effect without 'http_auth_url' or", StringComparison.Ordinal));
    }
}
