using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Broker.Protocol;

namespace Load.Wire;

/// <summary>
/// One connection to the broker on the loopback interface: divides what comes into packets, gathers what goes out.
/// </summary>
internal sealed unsafe class Link
{
    private readonly EventLoop _loop;
    private readonly IPeer _peer;
    private byte[] _rest = [];
    private int _restLength;
    private readonly OutputBuffer _packets = new();
    private readonly ILayer? _layer;
    private bool _isOpen = true;
    private bool _isDialling;

    private Link(EventLoop loop, IPeer peer, int descriptor, Transport transport, bool isDialling = false)
    {
        _loop = loop;
        _peer = peer;
        Descriptor = descriptor;
        _layer = transport switch
        {
            Transport.Tls => new TlsLayer(this),
            Transport.WebSocket => new WebSocketLayer(this),
            _ => null,
        };
        Wire = _layer is null ? _packets : new OutputBuffer();
        loop.Add(this);
        _isDialling = isDialling;
        if (isDialling) loop.Watch(this);
        else _layer?.Open();
    }

    /// <summary>Why the connection failed, as the system numbers it; 0: it was closed as it should be.</summary>
    public int Error { get; private set; }

    /// <summary>The kernel takes no more; <see cref="IPeer.BatchEnd"/> is called when it does.</summary>
    public bool IsCongested { get; private set; }

    /// <summary>What comes is taken; else it stays with the kernel, and the broker once that takes no more.</summary>
    public bool IsReading { get; private set; } = true;

    /// <summary>Bytes that wait for <see cref="Flush"/>.</summary>
    public int PendingBytes => _packets.Length;

    internal int Descriptor { get; }

    internal bool WaitsForRoom => IsCongested || _isDialling;

    /// <summary>What the kernel gets: the packets, or what a layer makes of them.</summary>
    internal OutputBuffer Wire { get; }

    public static Link Connect(EventLoop loop, IPeer peer, Endpoint endpoint)
    {
        int descriptor = Libc.Connect(endpoint.Port, endpoint.Source);
        if (descriptor >= 0) return new Link(loop, peer, descriptor, endpoint.Transport);
        string reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
        throw new LoadException($"127.0.0.1:{endpoint.Port} cannot be reached: {reason}");
    }

    /// <summary>
    /// Begins to connect and does not wait. What is sent meanwhile goes out when the connection is there.
    /// </summary>
    /// <returns>Null: nobody listens there, which is known at once.</returns>
    public static Link? Dial(EventLoop loop, IPeer peer, Endpoint endpoint)
    {
        int descriptor = Libc.Dial(endpoint.Port, endpoint.Source);
        if (descriptor >= 0) return new Link(loop, peer, descriptor, endpoint.Transport, isDialling: true);
        int error = Marshal.GetLastPInvokeError();
        if (error == Libc.Refused) return null;
        throw new LoadException($"no connection could be begun: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Room for the next packet; <see cref="Advance"/> says how much of it was used.</summary>
    public Span<byte> Reserve(int bytes) => _packets.Reserve(bytes);

    public void Advance(int bytes) => _packets.Advance(bytes);

    /// <summary>Gathers PUBACK, PUBREC, PUBREL or PUBCOMP: type | 2 | packet id</summary>
    public void Answer(byte first, ushort id)
    {
        Span<byte> answer = Reserve(4);
        answer[0] = first;
        answer[1] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(answer[2..], id);
        Advance(4);
    }

    /// <summary>Sends packets behind what was gathered.</summary>
    public void Send(Action<IBufferWriter<byte>> write)
    {
        var packets = new ArrayBufferWriter<byte>(128);
        write(packets);
        Send(packets.WrittenSpan);
    }

    /// <inheritdoc cref="Send(Action{IBufferWriter{byte}})"/>
    public void Send(ReadOnlySpan<byte> packets)
    {
        packets.CopyTo(Reserve(packets.Length));
        Advance(packets.Length);
        Flush();
    }

    /// <summary>Gives everything gathered to the kernel, in one call where it takes it.</summary>
    public void Flush()
    {
        if (IsCongested || _isDialling || !_isOpen) return;
        if (_layer is { IsReady: true } && _packets.Length > 0)
        {
            _layer.Seal(_packets.Written);
            _packets.Remove(_packets.Length);
        }
        if (Wire.Length > 0) Write();
    }

    /// <summary>Reads no more, or again.</summary>
    public void SetReading(bool isOn)
    {
        if (IsReading == isOn || !_isOpen) return;
        IsReading = isOn;
        _loop.Watch(this);
    }

    /// <summary>Has the kernel keep so many bytes at most that were not read, in place of some megabytes.</summary>
    public void LimitUnread(int bytes) => Libc.SetReceiveBuffer(Descriptor, bytes);

    public void Close()
    {
        if (!_isOpen) return;
        _isOpen = false;
        _loop.Remove(this);
        _ = Libc.Close(Descriptor);
    }

    internal void Ready(uint what)
    {
        if (_isDialling)
        {
            Arrive();
            return;
        }
        if ((what & Libc.Writable) != 0)
        {
            IsCongested = false;
            _loop.Watch(this);
            Flush();
            if (_isOpen && !IsCongested) _peer.BatchEnd();
        }
        if (_isOpen && (what & (Libc.Readable | Libc.Failed)) != 0) Read();
    }

    /// <summary>Packets, or parts of some, that a layer has taken from the network.</summary>
    internal void Deliver(ReadOnlySpan<byte> plain)
    {
        if (_restLength == 0)
        {
            Keep(plain[Frames(plain)..]);
            return;
        }
        if (_rest.Length < _restLength + plain.Length) Array.Resize(ref _rest, (_restLength + plain.Length) * 2);
        plain.CopyTo(_rest.AsSpan(_restLength));
        _restLength += plain.Length;
        int used = Frames(_rest.AsSpan(0, _restLength));
        Keep(_rest.AsSpan(used, _restLength - used));
    }

    private void Arrive()
    {
        if ((Error = Libc.TakeError(Descriptor)) != 0)
        {
            CloseByPeer();
            return;
        }
        _isDialling = false;
        _loop.Watch(this);
        _peer.Reached();
        _layer?.Open();
        Flush();
    }

    private void Write()
    {
        int sent = 0;
        fixed (byte* output = Wire.Written)
        {
            while (sent < Wire.Length)
            {
                nint count = Libc.Send(Descriptor, output + sent, Wire.Length - sent);
                if (count > 0)
                {
                    sent += (int)count;
                    continue;
                }
                int error = Marshal.GetLastPInvokeError();
                if (error == Libc.Interrupted) continue;
                if (error != Libc.WouldBlock)
                {
                    Error = error;
                    CloseByPeer();
                    return;
                }
                IsCongested = true;
                _loop.Watch(this);
                break;
            }
        }
        Wire.Remove(sent);
    }

    private void Read()
    {
        // A layer has its own place for what is not a whole packet.
        int kept = _layer is null ? _restLength : 0;
        byte[] buffer = _loop.ReadBuffer(kept);
        _rest.AsSpan(0, kept).CopyTo(buffer);
        nint count;
        fixed (byte* bytes = buffer)
            count = Libc.Receive(Descriptor, bytes + kept, buffer.Length - kept);
        if (count < 0 && Marshal.GetLastPInvokeError() is Libc.WouldBlock or Libc.Interrupted) return;
        if (count <= 0)
        {
            if (count < 0) Error = Marshal.GetLastPInvokeError();
            CloseByPeer();
            return;
        }
        ReadOnlySpan<byte> received = buffer.AsSpan(0, kept + (int)count);
        if (_layer is not null) _layer.Received(received);
        else Keep(received[Frames(received)..]);
        if (_isOpen) _peer.BatchEnd();
    }

    private int Frames(ReadOnlySpan<byte> received)
    {
        long now = Stopwatch.GetTimestamp();
        int at = 0;
        while (_isOpen && received.Length - at >= 2)
        {
            // Nearly every packet here has a length of one byte.
            int remaining = received[at + 1];
            int headerLength = 2;
            if (remaining >= 0x80)
            {
                FrameStatus status = FrameReader.TryRead(received[at..], 0, out FrameHeader header, out Fault? fault);
                if (fault is not null) throw new LoadException($"the broker sent what is no packet: {fault}");
                if (status != FrameStatus.Complete) break;
                remaining = header.RemainingLength;
                headerLength = header.HeaderLength;
            }
            else if (received.Length - at < 2 + remaining)
            {
                break;
            }
            _peer.Frame(received[at], received.Slice(at + headerLength, remaining), now);
            at += headerLength + remaining;
        }
        return at;
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (_rest.Length < rest.Length) _rest = new byte[Math.Max(rest.Length, 256)];
        rest.CopyTo(_rest);
        _restLength = rest.Length;
    }

    private void CloseByPeer()
    {
        Close();
        _peer.Closed();
    }
}
