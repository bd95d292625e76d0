using System.Diagnostics;
using System.Runtime.InteropServices;
using Broker.Protocol;

namespace Load.Wire;

/// <summary>
/// One TCP connection to the broker on the loopback interface: divides what comes into packets, gathers what goes out.
/// </summary>
internal sealed unsafe class Link
{
    private readonly EventLoop _loop;
    private readonly IPeer _peer;
    private byte[] _rest = [];
    private int _restLength;
    private byte[] _output = new byte[1024];
    private int _outputLength;
    private bool _isOpen = true;

    private Link(EventLoop loop, IPeer peer, int descriptor)
    {
        _loop = loop;
        _peer = peer;
        Descriptor = descriptor;
        loop.Add(this);
    }

    /// <summary>The kernel takes no more; <see cref="IPeer.BatchEnd"/> is called when it does.</summary>
    public bool IsCongested { get; private set; }

    /// <summary>Bytes that wait for <see cref="Flush"/>.</summary>
    public int PendingBytes => _outputLength;

    internal int Descriptor { get; }

    /// <param name="loop">Who watches it.</param>
    /// <param name="peer">Who listens to it.</param>
    /// <param name="port">The port on 127.0.0.1.</param>
    /// <param name="source">From 127.0.0.SOURCE; 0: as it comes.</param>
    public static Link Connect(EventLoop loop, IPeer peer, int port, int source = 0)
    {
        int descriptor = Libc.Connect(port, source);
        if (descriptor >= 0) return new Link(loop, peer, descriptor);
        string reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
        throw new LoadException($"127.0.0.1:{port} cannot be reached: {reason}");
    }

    /// <summary>Room for the next packet; <see cref="Advance"/> says how much of it was used.</summary>
    public Span<byte> Reserve(int bytes)
    {
        if (_output.Length - _outputLength < bytes)
            Array.Resize(ref _output, Math.Max(_output.Length * 2, _outputLength + bytes));
        return _output.AsSpan(_outputLength);
    }

    public void Advance(int bytes) => _outputLength += bytes;

    /// <summary>Gives everything gathered to the kernel, in one call where it takes it.</summary>
    public void Flush()
    {
        if (IsCongested || _outputLength == 0 || !_isOpen) return;
        int sent = 0;
        fixed (byte* output = _output)
        {
            while (sent < _outputLength)
            {
                nint count = Libc.Send(Descriptor, output + sent, _outputLength - sent);
                if (count > 0)
                {
                    sent += (int)count;
                    continue;
                }
                int error = Marshal.GetLastPInvokeError();
                if (error == Libc.Interrupted) continue;
                if (error != Libc.WouldBlock)
                {
                    CloseByPeer();
                    return;
                }
                IsCongested = true;
                _loop.WatchWrites(this, isOn: true);
                break;
            }
        }
        _output.AsSpan(sent, _outputLength - sent).CopyTo(_output);
        _outputLength -= sent;
    }

    public void Close()
    {
        if (!_isOpen) return;
        _isOpen = false;
        _loop.Remove(this);
        _ = Libc.Close(Descriptor);
    }

    internal void Ready(uint what)
    {
        if ((what & Libc.Writable) != 0)
        {
            IsCongested = false;
            _loop.WatchWrites(this, isOn: false);
            Flush();
            if (_isOpen && !IsCongested) _peer.BatchEnd();
        }
        if (_isOpen && (what & (Libc.Readable | Libc.Failed)) != 0) Read();
    }

    private void Read()
    {
        byte[] buffer = _loop.ReadBuffer(_restLength);
        _rest.AsSpan(0, _restLength).CopyTo(buffer);
        nint count;
        fixed (byte* bytes = buffer)
            count = Libc.Receive(Descriptor, bytes + _restLength, buffer.Length - _restLength);
        if (count < 0 && Marshal.GetLastPInvokeError() is Libc.WouldBlock or Libc.Interrupted) return;
        if (count <= 0)
        {
            CloseByPeer();
            return;
        }
        ReadOnlySpan<byte> received = buffer.AsSpan(0, _restLength + (int)count);
        int used = Frames(received);
        if (!_isOpen) return;
        Keep(received[used..]);
        _peer.BatchEnd();
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
