namespace Broker.UnitTests.Configuration;

public class UnknownDirectiveTests
{
    [Theory]
    [InlineData("allow_anonymus", "allow_anonymous")]
    [InlineData("allow-anonymous", "allow_anonymous")]
    [InlineData("Listener", "listener")]
    [InlineData("listner", "listener")]
    [InlineData("lsitener", "listener")]
    [InlineData("pasword_file", "password_file")]
    [InlineData("max_conections", "max_connections")]
    [InlineData("tls_versions", "tls_version")]
    [InlineData("ciphers_tls13", "ciphers_tls1.3")]
    public void An_unknown_name_comes_with_the_nearest_known_one(string name, string nearest)
    {
        Assert.Equal(
            [
                $"Error: Unknown configuration variable '{name}'.",
                "Error found at a.conf:1.",
                $"a.conf:1:1: error: '{name}' is not a directive; did you mean '{nearest}'?",
            ],
            Reading.Remarks($"{name} true"));
    }

    [Fact]
    public void A_name_unlike_any_other_comes_without_advice() =>
        Assert.Equal("a.conf:1:1: error: 'antidisestablish' is not a directive", Reading.Remarks("antidisestablish x")[^1]);

    [Fact]
    public void A_blank_that_is_none_is_named() =>
        Assert.Contains("(it holds the character U+00A0)", Reading.Remarks("listener\u00A01883")[^1], StringComparison.Ordinal);

    [Fact]
    public void Case_matters() =>
        Assert.Contains("Error: Unknown configuration variable 'MAX_QOS'.", Reading.Remarks("MAX_QOS 1"));
}
