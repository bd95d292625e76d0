using Broker.Configuration;

namespace Broker.UnitTests.Configuration;

public class JwtBindingTests
{
    [Fact]
    public void Tokens_are_taken_where_there_is_something_to_check_them_with()
    {
        Assert.Null(Reading.Listener("listener 1").Security.Jwt);
        Assert.Equal(new JwtOptions { KeyFile = "/k" }, Reading.Listener("listener 1\njwt_key_file /k").Security.Jwt);
        Assert.Equal(new JwtOptions { SecretFile = "/s" }, Reading.Listener("jwt_secret_file /s\nlistener 1").Security.Jwt);
    }

    [Fact]
    public void Every_option_is_read()
    {
        const string Text = """
            listener 1
            jwt_key_file /k e y
            jwt_jwks_url https://login.example.org/keys?v=2
            jwt_jwks_cafile /ca
            jwt_jwks_refresh 60
            jwt_jwks_retry 2
            jwt_jwks_timeout 3
            jwt_algorithms RS256 ES256,PS512
            jwt_issuer https://login.example.org/
            jwt_audience mqtt
            jwt_leeway 0
            jwt_require_exp false
            jwt_username_claim preferred_username
            jwt_check_username true
            jwt_clientid_claim cid
            jwt_acl_claim acl
            jwt_disconnect_at_exp false
            """;

        Assert.Empty(Reading.Warnings(Text));
        Assert.Equal(
            new JwtOptions
            {
                KeyFile = "/k e y",
                JwksUrl = new Uri("https://login.example.org/keys?v=2"),
                JwksCaFile = "/ca",
                JwksRefresh = TimeSpan.FromMinutes(1),
                JwksRetry = TimeSpan.FromSeconds(2),
                JwksTimeout = TimeSpan.FromSeconds(3),
                Algorithms = JwtAlgorithms.RS256 | JwtAlgorithms.ES256 | JwtAlgorithms.PS512,
                Issuer = "https://login.example.org/",
                Audience = "mqtt",
                Leeway = TimeSpan.Zero,
                RequiresExpiry = false,
                UserNameClaim = "preferred_username",
                ChecksUserName = true,
                ClientIdClaim = "cid",
                AclClaim = "acl",
                DisconnectsAtExpiry = false,
            },
            Reading.Listener(Text).Security.Jwt);
    }

    [Fact]
    public void Per_listener_settings_makes_them_a_listeners_own()
    {
        BrokerOptions options = Reading.Options(
            "per_listener_settings true\nlistener 1\njwt_key_file /k\nlistener 2\njwt_key_file /l\njwt_issuer us\nlistener 3");

        Assert.Equal(
            [new JwtOptions { KeyFile = "/k" }, new JwtOptions { KeyFile = "/l", Issuer = "us" }, null],
            options.Listeners.Select(listener => listener.Security.Jwt));
    }

    [Fact]
    public void Without_anything_to_check_with_the_others_are_warned_about() =>
        Assert.Contains(
            Reading.Warnings("listener 1\njwt_issuer us"),
            line => line.Contains("a.conf:2:1", StringComparison.Ordinal)
                && line.Contains("'jwt_issuer' has no effect without 'jwt_key_file'", StringComparison.Ordinal));

    [Theory]
    [InlineData("jwt_jwks_url login.example.org", "takes a URL such as https://")]
    [InlineData("jwt_jwks_url ftp://login.example.org", "takes a URL such as https://")]
    [InlineData("jwt_jwks_url https://me:secret@login.example.org", "without a user name and password")]
    [InlineData("jwt_algorithms none", "'jwt_algorithms' takes RS256")]
    [InlineData("jwt_algorithms rs256", "'jwt_algorithms' takes RS256")]
    [InlineData("jwt_leeway -1", "takes 0 to 3600 seconds")]
    [InlineData("jwt_jwks_timeout 0", "takes seconds, 1 to 20")]
    public void What_is_wrong_is_said(string line, string error) =>
        Assert.Contains(Reading.Errors($"listener 1\n{line}"), text => text.Contains(error, StringComparison.Ordinal));

    [Fact]
    public void Keys_that_come_unencrypted_over_the_network_are_warned_about()
    {
        Assert.Contains(
            Reading.Warnings("listener 1\njwt_jwks_url http://login.example.org/"),
            line => line.Contains("keys go over the network unencrypted to login.example.org", StringComparison.Ordinal));
        Assert.Empty(Reading.Warnings("listener 1 127.0.0.1\njwt_jwks_url http://127.0.0.1:8080/"));
    }
}
