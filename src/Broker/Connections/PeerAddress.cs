using System.Net;
using System.Net.Sockets;

namespace Broker.Connections;

/// <summary>What counts as one address where connections are limited by it.</summary>
internal static class PeerAddress
{
    private const int PrefixBytes = 8;
    private const int Bytes = 16;

    /// <summary>An IPv4 address, or the /64 of an IPv6 one: whoever has one of those has all of it.</summary>
    public static IPAddress Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        Span<byte> bytes = stackalloc byte[Bytes];
        address.TryWriteBytes(bytes, out _);
        bytes[PrefixBytes..].Clear();
        return new IPAddress(bytes);
    }
}
