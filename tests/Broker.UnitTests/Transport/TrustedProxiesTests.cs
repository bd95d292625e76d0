using System.Collections.Immutable;
using System.Net;
using Broker.Transport.Proxy;

namespace Broker.UnitTests.Transport;

public sealed class TrustedProxiesTests
{
    private static readonly ImmutableArray<IPNetwork> Proxies =
        [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("2001:db8::1/128")];

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("2001:db8::1", true)]
    [InlineData("192.0.2.1", false)]
    public void A_peer_is_one_of_them_or_not(string peer, bool isTrusted)
    {
        Assert.Equal(isTrusted, TrustedProxies.Contains(Proxies, new IPEndPoint(IPAddress.Parse(peer), 1)));
        Assert.False(TrustedProxies.Contains([], new IPEndPoint(IPAddress.Parse(peer), 1)));
    }

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("203.0.113.9, 10.0.0.1, 2001:db8::1", "203.0.113.9")]
    [InlineData("6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9")]
    [InlineData("10.0.0.2, 10.0.0.1", "10.0.0.2")]
    [InlineData("203.0.113.9:5000", "203.0.113.9")]
    [InlineData("[2001:db8::9]:5000", "2001:db8::9")]
    [InlineData("nonsense, 10.0.0.1", "10.0.0.1")]
    [InlineData("nonsense", null)]
    [InlineData("", null)]
    public void The_client_is_the_last_that_is_no_proxy(string header, string? client) =>
        Assert.Equal(client, TrustedProxies.ClientOf(Proxies, [header])?.ToString());

    [Fact]
    public void Lines_of_the_header_follow_each_other() =>
        Assert.Equal("203.0.113.9", TrustedProxies.ClientOf(Proxies, ["6.6.6.6, 203.0.113.9", "10.0.0.1"])?.ToString());
}
