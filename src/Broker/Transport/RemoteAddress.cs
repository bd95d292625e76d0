using System.Net;
using System.Net.Sockets;

namespace Broker.Transport;

/// <summary>A peer's address as log lines show it.</summary>
internal static class RemoteAddress
{
    /// <summary><c>192.0.2.1:50123</c>, <c>2001:db8::1:50123</c> as mosquitto prints it, or the path of a unix socket.</summary>
    public static string Format(EndPoint? endPoint, string? unixSocketPath) => endPoint switch
    {
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } ip => $"{ip.Address.MapToIPv4()}:{ip.Port}",
        IPEndPoint ip => $"{ip.Address}:{ip.Port}",
        // Of the listener, or of a proxy's client.
        UnixDomainSocketEndPoint unix => unixSocketPath ?? unix.ToString(),
        _ => unixSocketPath ?? "unknown",
    };
}
