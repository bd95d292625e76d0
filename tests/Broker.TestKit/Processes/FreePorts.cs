using System.Net;
using System.Net.Sockets;

namespace Broker.TestKit.Processes;

/// <summary>TCP ports for listeners of tests.</summary>
public static class FreePorts
{
    // Below the range that outgoing connections take theirs from, so that no client can take a port between here and the bind.
    private const int First = 20_000;
    private const int Count = 12_000;

    private static int _next = Random.Shared.Next(Count);

    /// <summary>A port that nobody has on any address now, and that this process gives to nobody else.</summary>
    public static int Take()
    {
        for (int attempt = 0; attempt < Count; attempt++)
        {
            int port = First + (int)((uint)Interlocked.Increment(ref _next) % Count);
            if (IsFree(port)) return port;
        }
        throw new InvalidOperationException("All ports for tests are taken.");
    }

    /// <summary>Whether a listener could be opened on a port of the loopback addresses.</summary>
    public static bool IsFree(int port) => IsFree(IPAddress.Loopback, port) && IsFree(IPAddress.IPv6Loopback, port);

    private static bool IsFree(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException failure)
        {
            // A machine without IPv6 has nothing there that could be in the way.
            return failure.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported;
        }
    }
}
