using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Broker.Protocol;

namespace Load.Wire;

/// <summary>MQTT over WebSocket (RFC 6455), a frame for each packet as clients do it.</summary>
internal sealed class WebSocketLayer(Link link) : ILayer
{
    private const int HeaderMax = 14;
    private const byte MaskOctet = 0xA5;

    /// <summary>Answers longer than this are none of ours.</summary>
    private const int AnswerMax = 16 * 1024;

    private readonly List<byte> _answer = [];
    private readonly byte[] _header = new byte[HeaderMax];
    private int _headerLength;
    private long _left;

    public bool IsReady { get; private set; }

    public void Open()
    {
        const string Request =
            "GET /mqtt HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
        link.Wire.Advance(Encoding.ASCII.GetBytes(Request, link.Wire.Reserve(Request.Length)));
        link.Flush();
    }

    public void Received(ReadOnlySpan<byte> wire)
    {
        if (!IsReady) wire = Answer(wire);
        while (!wire.IsEmpty)
        {
            if (_left == 0)
            {
                wire = Header(wire);
                continue;
            }
            int count = (int)Math.Min(_left, wire.Length);
            _left -= count;
            // What is no data is a goodbye, or a ping that no run is long enough to have to answer.
            if ((_header[0] & 0x0F) is 0 or 2) link.Deliver(wire[..count]);
            wire = wire[count..];
        }
    }

    public void Seal(ReadOnlySpan<byte> packets)
    {
        while (!packets.IsEmpty)
        {
            FrameReader.TryRead(packets, 0, out FrameHeader header, out _);
            int length = header.HeaderLength + header.RemainingLength;
            Span<byte> frame = link.Wire.Reserve(HeaderMax + length);
            int at = WriteHeader(frame, length);
            Mask(packets[..length], frame[at..]);
            link.Wire.Advance(at + length);
            packets = packets[length..];
        }
    }

    /// <summary>The end of HTTP; what follows it is MQTT.</summary>
    private ReadOnlySpan<byte> Answer(ReadOnlySpan<byte> wire)
    {
        for (int i = 0; i < wire.Length; i++)
        {
            _answer.Add(wire[i]);
            if (wire[i] != '\n' || _answer.Count < 4 || _answer[^3] != '\n') continue;
            string text = Encoding.ASCII.GetString([.. _answer]);
            if (!text.StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
                throw new LoadException($"no WebSocket: {text.Split('\r')[0]}");
            IsReady = true;
            link.Flush();
            return wire[(i + 1)..];
        }
        if (_answer.Count > AnswerMax) throw new LoadException("no WebSocket: the answer does not end");
        return [];
    }

    /// <summary>FIN, opcode | length | [16 or 64 bits of length]; a server does not mask.</summary>
    private ReadOnlySpan<byte> Header(ReadOnlySpan<byte> wire)
    {
        while (!wire.IsEmpty)
        {
            _header[_headerLength++] = wire[0];
            wire = wire[1..];
            int needed = _headerLength < 2 ? 2 : _header[1] switch { 126 => 4, 127 => 10, _ => 2 };
            if (_headerLength < needed) continue;
            _headerLength = 0;
            _left = needed switch
            {
                2 => _header[1],
                4 => BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(2)),
                _ => BinaryPrimitives.ReadInt64BigEndian(_header.AsSpan(2)),
            };
            break;
        }
        return wire;
    }

    /// <summary>0x82 | 0x80 + length | [16 or 64 bits of length] | mask</summary>
    private static int WriteHeader(Span<byte> frame, int length)
    {
        frame[0] = 0x82;
        int at = 2;
        if (length < 126)
        {
            frame[1] = (byte)(0x80 | length);
        }
        else if (length <= ushort.MaxValue)
        {
            frame[1] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)length);
            at = 4;
        }
        else
        {
            frame[1] = 0x80 | 127;
            BinaryPrimitives.WriteInt64BigEndian(frame[2..], length);
            at = 10;
        }
        frame.Slice(at, 4).Fill(MaskOctet);
        return at + 4;
    }

    /// <summary>All four octets of the mask are the same, which saves the generator from counting them.</summary>
    private static void Mask(ReadOnlySpan<byte> packet, Span<byte> destination)
    {
        var mask = new Vector<byte>(MaskOctet);
        int i = 0;
        for (; i <= packet.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            (new Vector<byte>(packet[i..]) ^ mask).CopyTo(destination[i..]);
        for (; i < packet.Length; i++) destination[i] = (byte)(packet[i] ^ MaskOctet);
    }
}
