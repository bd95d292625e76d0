using System.Net;
using System.Net.Sockets;

namespace Broker.UnitTests.Load;

/// <summary>
/// Serves one publisher and one subscriber. It waits for a number of messages of QoS 0 and then sends what the test makes of
/// them. Packets are short: a length has one byte.
/// </summary>
internal sealed class LyingBroker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _messages;
    private readonly Func<byte[][], IEnumerable<byte[]>> _lie;
    private readonly List<byte[]> _received = [];
    private readonly Task _serving;

    public LyingBroker(int messages, Func<byte[][], IEnumerable<byte[]>> lie)
    {
        _messages = messages;
        _lie = lie;
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _serving;
        _listener.Dispose();
    }

    private async Task ServeAsync()
    {
        using TcpClient subscriber = await _listener.AcceptTcpClientAsync();
        Task subscribing = ServeAsync(subscriber.GetStream(), subscriber.GetStream());
        using TcpClient publisher = await _listener.AcceptTcpClientAsync();
        await ServeAsync(publisher.GetStream(), subscriber.GetStream());
        publisher.Close();
        await subscribing;
    }

    private async Task ServeAsync(NetworkStream stream, NetworkStream subscriber)
    {
        byte[] header = new byte[2];
        while (true)
        {
            await stream.ReadExactlyAsync(header);
            byte[] packet = [.. header, .. new byte[header[1]]];
            await stream.ReadExactlyAsync(packet.AsMemory(2));
            switch (packet[0] >> 4)
            {
                case 1:
                    await stream.WriteAsync(new byte[] { 0x20, 2, 0, 0 });
                    break;
                case 8:
                    await stream.WriteAsync(new byte[] { 0x90, 3, packet[2], packet[3], 0 });
                    break;
                case 3:
                    _received.Add(packet);
                    if (_received.Count < _messages) break;
                    foreach (byte[] message in _lie([.. _received])) await subscriber.WriteAsync(message);
                    break;
                default:
                    stream.Socket.Shutdown(SocketShutdown.Both);
                    return;
            }
        }
    }
}
