using System.Net;
using System.Net.Sockets;
using Broker.Configuration;

namespace Broker.Transport;

/// <summary>From a listener to the endpoints it opens, and to the sockets behind them.</summary>
internal static class ListenerSockets
{
    private const int SolSocket = 1;
    private const int SoBindToDevice = 25;

    /// <summary>What to bind: one endpoint for all interfaces, else each address of the name, or the unix socket.</summary>
    /// <exception cref="SocketException">The host name is not known.</exception>
    public static IReadOnlyList<EndPoint> Resolve(ListenerOptions listener)
    {
        if (listener.UnixSocketPath is { } path) return [new UnixDomainSocketEndPoint(path)];
        if (listener.Address is null) return [new IPEndPoint(AnyAddress(listener.SocketDomain), listener.Port)];
        IPAddress[] addresses = IPAddress.TryParse(listener.Address, out IPAddress? literal)
            ? [literal]
            : [.. Dns.GetHostAddresses(listener.Address).Where(address => IsInDomain(address, listener.SocketDomain)).Distinct()];
        return [.. addresses.Select(address => new IPEndPoint(address, listener.Port))];
    }

    /// <summary>Whether this machine has the address at all: ::1 is missing where IPv6 is switched off.</summary>
    public static bool IsPresent(EndPoint endPoint)
    {
        if (endPoint is not IPEndPoint { AddressFamily: AddressFamily.InterNetworkV6 } ip) return true;
        if (!Socket.OSSupportsIPv6) return false;
        try
        {
            using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(ip.Address, 0));
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode
            is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            return false;
        }
    }

    /// <summary>Makes the bound socket of an endpoint.</summary>
    public static Socket Bind(EndPoint endPoint, ListenerOptions listener)
    {
        if (endPoint is UnixDomainSocketEndPoint unix)
        {
            var local = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            RemoveStale(listener.UnixSocketPath!);
            local.Bind(unix);
            return local;
        }
        var ip = (IPEndPoint)endPoint;
        var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (ip.AddressFamily == AddressFamily.InterNetworkV6)
            socket.DualMode = ip.Address.Equals(IPAddress.IPv6Any) && listener.SocketDomain != SocketDomain.IPv6;
        if (listener.BindInterface is { } device)
            BindToDevice(socket, device);
        socket.Bind(ip);
        return socket;
    }

    // The system's own words name neither.
    private static void BindToDevice(Socket socket, string device)
    {
        try
        {
            socket.SetRawSocketOption(SolSocket, SoBindToDevice, System.Text.Encoding.ASCII.GetBytes(device + '\0'));
        }
        catch (SocketException trouble)
        {
            throw new IOException($"bind_interface {device}: {trouble.Message}", trouble);
        }
    }

    private static IPAddress AnyAddress(SocketDomain domain) =>
        domain == SocketDomain.IPv4 || !Socket.OSSupportsIPv6 ? IPAddress.Any : IPAddress.IPv6Any;

    private static bool IsInDomain(IPAddress address, SocketDomain domain) => domain switch
    {
        SocketDomain.IPv4 => address.AddressFamily == AddressFamily.InterNetwork,
        SocketDomain.IPv6 => address.AddressFamily == AddressFamily.InterNetworkV6,
        _ => true,
    };

    // A socket file that a crash left behind would make the bind fail: it is empty and nobody answers behind it.
    private static void RemoveStale(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length != 0) return;
        try
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            file.Delete();
        }
    }
}
