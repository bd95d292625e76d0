using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Load.Measuring;

namespace Load.Clients;

/// <summary>
/// Somebody new every quarter of a second, on a thread of its own: connects, subscribes, publishes with QoS 1, has the message
/// back, and leaves.
/// </summary>
internal sealed class Visitor : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly int _port;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _isOver = new();
    private readonly Lock _lock = new();
    private readonly LatencyHistogram _waits = new();
    private string? _failure;
    private string _longestIn = "";

    public Visitor(int port)
    {
        _port = port;
        _thread = new Thread(Run) { IsBackground = true, Name = "visitor" };
        _thread.Start();
    }

    /// <summary>What goes on, for the report.</summary>
    public string Phase { get; set; } = "start";

    /// <summary>How many were served, the longest wait in seconds, and why one was not; null: all were.</summary>
    public (long Served, double LongestSeconds, string? Failure) Outcome
    {
        get { lock (_lock) return (_waits.Count, _waits.MaximumMicroseconds / 1e6, _failure); }
    }

    /// <summary>Puts how many there were and how long they waited into the report.</summary>
    public void AddTo(Report report)
    {
        lock (_lock)
        {
            report.Add("visitors", _waits.Count);
            report.AddLatency("visitor", _waits);
            report.Add("visitor_longest_in", _longestIn);
        }
    }

    public void Dispose()
    {
        _isOver.Set();
        _thread.Join();
        _isOver.Dispose();
    }

    private void Run()
    {
        for (int number = 0; !_isOver.Wait(Pause); number++)
        {
            long from = Stopwatch.GetTimestamp();
            try
            {
                Come(string.Create(CultureInfo.InvariantCulture, $"visitor/{Environment.ProcessId}/{number}"));
            }
            catch (Exception exception) when (exception is SocketException or IOException or LoadException)
            {
                lock (_lock) _failure ??= exception.Message;
                return;
            }
            Record(Stopwatch.GetTimestamp() - from);
        }
    }

    private void Record(long ticks)
    {
        lock (_lock)
        {
            double longest = _waits.MaximumMicroseconds;
            _waits.Record(ticks);
            if (_waits.MaximumMicroseconds > longest) _longestIn = Phase;
        }
    }

    private void Come(string topic)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)Patience.TotalMilliseconds,
        };
        socket.Connect(IPAddress.Loopback, _port);
        using var stream = new NetworkStream(socket);
        var packet = new ArrayBufferWriter<byte>();
        new ConnectPacket { Version = ProtocolVersion.Mqtt311, ClientId = topic, CleanStart = true }.Write(packet);
        Send(stream, packet);
        Await(stream, PacketType.ConnAck);
        byte options = SubscriptionRequest.ToOptions(QualityOfService.AtLeastOnce);
        new SubscribePacket(1, 0, [new SubscriptionRequest(topic, options)]).Write(packet, ProtocolVersion.Mqtt311);
        Send(stream, packet);
        Await(stream, PacketType.SubAck);
        var message = new PublishFields
        {
            Qos = QualityOfService.AtLeastOnce,
            PacketId = 1,
            TopicUtf8 = Encoding.UTF8.GetBytes(topic),
            Payload = "x"u8,
        };
        PublishEncoder.Write(packet, ProtocolVersion.Mqtt311, message);
        Send(stream, packet);
        Await(stream, PacketType.Publish);
        // The broker's id for the one message of the session. Answered, so that nothing is left of it when the session ends.
        stream.Write([0x40, 0x02, 0x00, 0x01, 0xE0, 0x00]);
    }

    private static void Send(NetworkStream stream, ArrayBufferWriter<byte> packet)
    {
        stream.Write(packet.WrittenSpan);
        packet.ResetWrittenCount();
    }

    // Every packet here has a length of one byte.
    private static void Await(NetworkStream stream, PacketType type)
    {
        Span<byte> packet = stackalloc byte[129];
        do
        {
            stream.ReadExactly(packet[..2]);
            if (packet[1] >= 0x80) throw new LoadException($"a visitor got {packet[1]} bytes or more, which it did not ask for");
            stream.ReadExactly(packet.Slice(2, packet[1]));
        }
        while ((PacketType)(packet[0] >> 4) != type);
    }
}
