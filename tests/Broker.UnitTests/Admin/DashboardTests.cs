using Broker.Admin;

namespace Broker.UnitTests.Admin;

/// <summary>What the dashboard may do, and how its files are sent.</summary>
public sealed class DashboardTests
{
    [Theory]
    [InlineData("broker.example", " ws://broker.example:* wss://broker.example:*;")]
    [InlineData("localhost", " ws://localhost:* wss://localhost:* ws://127.0.0.1:* wss://127.0.0.1:*;")]
    [InlineData("10.0.0.7", " ws://10.0.0.7:* wss://10.0.0.7:*;")]
    [InlineData("[::1]", " ws: wss:;")]
    [InlineData("", ";")]
    [InlineData("*", ";")]
    [InlineData("a;script-src", ";")]
    [InlineData("a b", ";")]
    [InlineData("a.example\n", ";")]
    public void A_page_connects_to_the_host_it_was_asked_for_by(string host, string sources)
    {
        const string Before = "connect-src 'self'";
        string policy = Dashboard.PolicyFor(host);
        int start = policy.IndexOf(Before, StringComparison.Ordinal) + Before.Length;

        Assert.Equal(sources, policy[start..(policy.IndexOf(';', start) + 1)]);
        Assert.StartsWith("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip")]
    [InlineData("*", "br")]
    [InlineData("*, br;q=0", "gzip")]
    [InlineData("identity", null)]
    [InlineData("*;q=0", null)]
    [InlineData("", null)]
    [InlineData(",;,", null)]
    public void A_file_is_sent_in_the_encoding_that_is_taken(string accepted, string? encoding) =>
        Assert.Equal(encoding, DashboardFile.Choose(accepted));
}
