using System.Collections.Immutable;
using System.Net;

namespace Broker.Transport.Proxy;

/// <summary>Who is believed in what it says about its clients: <c>trusted_proxies</c>.</summary>
internal static class TrustedProxies
{
    /// <summary>Whether a peer is one of them. Who comes through a unix socket of this machine is, when there are any.</summary>
    public static bool Contains(ImmutableArray<IPNetwork> proxies, EndPoint? peer)
    {
        if (proxies.IsEmpty) return false;
        return peer is not IPEndPoint ip || Contains(proxies, ip.Address);
    }

    /// <summary>
    /// The client of a request, from <c>X-Forwarded-For: CLIENT, PROXY, PROXY</c>. Each proxy adds whom it heard from at the end,
    /// so the last one that is no trusted proxy is the client; what stands before it anybody could have written.
    /// </summary>
    /// <param name="proxies">Who is trusted.</param>
    /// <param name="forwarded">The header's lines, in order.</param>
    /// <returns>Null: it says nothing that could be believed.</returns>
    public static IPAddress? ClientOf(ImmutableArray<IPNetwork> proxies, IEnumerable<string?> forwarded)
    {
        IPAddress? client = null;
        IEnumerable<string> entries = forwarded.OfType<string>()
            .SelectMany(line => line.Split(',', StringSplitOptions.TrimEntries));
        foreach (string entry in entries.Reverse())
        {
            if (!TryReadAddress(entry, out IPAddress? address)) return client;
            client = address;
            if (!Contains(proxies, client)) return client;
        }
        return client;
    }

    private static bool Contains(ImmutableArray<IPNetwork> proxies, IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        foreach (IPNetwork proxy in proxies)
        {
            if (proxy.Contains(address)) return true;
        }
        return false;
    }

    // Some proxies write the port, and brackets around IPv6.
    private static bool TryReadAddress(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address)
    {
        address = IPEndPoint.TryParse(text, out IPEndPoint? endPoint) ? endPoint.Address : null;
        if (address is { IsIPv4MappedToIPv6: true }) address = address.MapToIPv4();
        return address is not null;
    }
}
