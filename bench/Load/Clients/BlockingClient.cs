using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Broker.Protocol;
using Broker.Protocol.Packets;

namespace Load.Clients;

/// <summary>
/// A client of MQTT 3.1.1 that waits for each answer, and so reads nothing at all while it waits for none: for one that does not
/// read, and for one that is new. Not thread-safe.
/// </summary>
internal sealed class BlockingClient : IDisposable
{
    /// <summary>What the kernel keeps for a client that does not read is not to be much beside what the broker keeps.</summary>
    private const int ReceiveBufferBytes = 16 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private byte[] _body = new byte[256];
    private long _bytesToEnd;

    /// <summary>Connects and is accepted.</summary>
    /// <param name="port">Of the broker.</param>
    /// <param name="clientId">Its id.</param>
    /// <param name="isPersistent">Whether its session outlives it.</param>
    /// <param name="isReading">Whether it will read all that comes: then the kernel keeps as much as it likes.</param>
    public BlockingClient(int port, string clientId, bool isPersistent, bool isReading = false)
    {
        _socket.NoDelay = true;
        if (!isReading) _socket.ReceiveBufferSize = ReceiveBufferBytes;
        _socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        _socket.Connect(IPAddress.Loopback, port);
        var connect = new ArrayBufferWriter<byte>();
        new ConnectPacket { Version = ProtocolVersion.Mqtt311, ClientId = clientId, CleanStart = !isPersistent }.Write(connect);
        Send(connect.WrittenSpan);
        ReadOnlySpan<byte> answer = Read(out PacketType type);
        if (type != PacketType.ConnAck || answer[1] != 0) throw new LoadException($"{clientId}: refused, {type} {answer[1]}");
    }

    /// <summary>Subscribes, and reads no more than SUBACK.</summary>
    public void Subscribe(string filter, QualityOfService qos)
    {
        var subscribe = new ArrayBufferWriter<byte>();
        SubscriptionRequest request = new(filter, SubscriptionRequest.ToOptions(qos));
        new SubscribePacket(1, 0, [request]).Write(subscribe, ProtocolVersion.Mqtt311);
        Send(subscribe.WrittenSpan);
        Read(out PacketType type);
        if (type != PacketType.SubAck) throw new LoadException($"SUBACK was expected, not {type}");
    }

    /// <summary>Reads until <see cref="Leave"/> from another thread, and looks at nothing.</summary>
    public void ReadToEnd()
    {
        byte[] some = new byte[256 * 1024];
        int count;
        while ((count = _socket.Receive(some)) > 0) Interlocked.Add(ref _bytesToEnd, count);
    }

    /// <summary>What <see cref="ReadToEnd"/> has read.</summary>
    public long BytesToEnd => Interlocked.Read(ref _bytesToEnd);

    /// <summary>Sends and reads no more.</summary>
    public void Leave() => _socket.Shutdown(SocketShutdown.Both);

    public void Dispose() => _socket.Dispose();

    private void Send(ReadOnlySpan<byte> packet) => _socket.Send(packet);

    private ReadOnlySpan<byte> Read(out PacketType type)
    {
        ReadOnlySpan<byte> body = Read(out byte first);
        type = (PacketType)(first >> 4);
        return body;
    }

    private ReadOnlySpan<byte> Read(out byte first)
    {
        Span<byte> one = stackalloc byte[1];
        Fill(one);
        first = one[0];
        (int length, int shift) = (0, 0);
        do
        {
            Fill(one);
            length |= (one[0] & 0x7F) << shift;
            shift += 7;
        }
        while (one[0] >= 0x80);
        if (_body.Length < length) _body = new byte[length];
        Fill(_body.AsSpan(0, length));
        return _body.AsSpan(0, length);
    }

    private void Fill(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = _socket.Receive(bytes);
            if (count == 0) throw new LoadException("the broker closed a connection");
            bytes = bytes[count..];
        }
    }
}
