using System.Net;
using Broker.Security.Bans;

namespace Broker.UnitTests.Security.Bans;

/// <summary>Addresses and networks, and what is none.</summary>
public sealed class PeerNetworkTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("192.0.2.1/32", "192.0.2.1")]
    [InlineData("192.0.2.0/24", "192.0.2.0/24")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("128.0.0.0/1", "128.0.0.0/1")]
    [InlineData("2001:DB8:0:0::1", "2001:db8::1")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    [InlineData("2001:db8::1/128", "2001:db8::1")]
    [InlineData("::/0", "::/0")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.0/120", "192.0.2.0/24")]
    public void A_network_has_one_spelling(string text, string expected)
    {
        Assert.True(PeerNetwork.TryParse(text, out PeerNetwork network, out string? wrong), wrong);
        Assert.Equal(expected, network.ToString());
    }

    [Theory]
    [InlineData("", "is no address")]
    [InlineData("host.example", "is no address")]
    [InlineData("[::1]", "is no address")]
    [InlineData("fe80::1%eth0", "is no address")]
    [InlineData("192.0.2.1:1883", "is no address")]
    [InlineData("10.1", "it would be read as 10.0.0.1")]
    [InlineData("1", "it would be read as 0.0.0.1")]
    [InlineData("010.0.0.1", "it would be read as 8.0.0.1")]
    [InlineData("10.0.0.0/33", "a prefix length from 0 to 32")]
    [InlineData("10.0.0.0/", "a prefix length from 0 to 32")]
    [InlineData("10.0.0.0/+8", "a prefix length from 0 to 32")]
    [InlineData("2001:db8::/129", "a prefix length from 0 to 128")]
    [InlineData("10.1.2.3/8", "the network is 10.0.0.0/8")]
    [InlineData("2001:db8::1/64", "the network is 2001:db8::/64")]
    [InlineData("::ffff:0.0.0.0/64", "IPv4 and IPv6 at once")]
    public void What_is_none_is_said_so(string text, string expected)
    {
        Assert.False(PeerNetwork.TryParse(text, out _, out string? wrong));
        Assert.Contains(expected, wrong, StringComparison.Ordinal);
    }

    // Against the framework's own arithmetic.
    [Fact]
    public void An_address_is_in_a_network_when_its_first_bits_are()
    {
        Random random = new(7);
        byte[] bytes = new byte[16];
        for (int i = 0; i < 2000; i++)
        {
            random.NextBytes(bytes);
            IPAddress network = new(bytes.AsSpan(0, i % 2 == 0 ? 4 : 16));
            int length = random.Next(network.GetAddressBytes().Length * 8 + 1);
            // As often near as far.
            if (random.Next(2) == 0) bytes[random.Next(network.GetAddressBytes().Length)] ^= (byte)(1 << random.Next(8));
            else random.NextBytes(bytes);
            IPAddress address = new(bytes.AsSpan(0, i % 2 == 0 ? 4 : 16));
            PeerNetwork cut = PeerNetwork.Of(network).Cut(length);
            Assert.True(IPNetwork.TryParse(cut.IsAddress ? $"{cut}/{length}" : cut.ToString(), out IPNetwork expected), $"{cut}");
            Assert.True(expected.Contains(address) == cut.Contains(address), $"{address} in {cut}");
        }
    }
}
