using System.Buffers.Binary;
using System.Text;

namespace Broker.Fuzzing.Exchanges;

/// <summary>
/// The bytes of one exchange: mostly a good CONNECT first, then packets that are damaged, out of place, or good; over WebSocket
/// in frames, of which some are wrong as well.
/// </summary>
internal sealed class WireScript(Random random, IReadOnlyList<byte[]> packets)
{
    private readonly Mutator _mutator = new(random, [[0xFF, 0xFF, 0xFF, 0x7F], [0x00], [0x80]]);

    /// <summary>A GET that asks for MQTT over WebSocket.</summary>
    public static byte[] Upgrade { get; } = Encoding.ASCII.GetBytes(
        "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n");

    /// <summary>MQTT's bytes.</summary>
    public byte[] Next()
    {
        List<byte> bytes = [];
        if (random.Next(5) > 0) bytes.AddRange(Connect());
        for (int count = random.Next(1, 5); count > 0; count--)
        {
            bytes.AddRange(random.Next(3) == 0 ? packets[random.Next(packets.Count)] : _mutator.Next(packets));
        }
        return [.. bytes];
    }

    /// <summary>The same as frames of a WebSocket, divided anywhere; one time in three something about them is wrong.</summary>
    public byte[] Frame(byte[] bytes)
    {
        List<byte> frames = [];
        for (int from = 0; from < bytes.Length;)
        {
            int length = Math.Min(bytes.Length - from, random.Next(1, 200));
            AddFrame(frames, 0x82, bytes.AsSpan(from, length));
            from += length;
            if (random.Next(8) == 0) AddFrame(frames, (byte)(0x89 + random.Next(2)), "ping"u8);
        }
        return random.Next(3) == 0 ? _mutator.Next([[.. frames]]) : [.. frames];
    }

    private byte[] Connect()
    {
        byte level = (byte)random.Next(3, 6);
        byte[] protocol = Encoding.ASCII.GetBytes(level == 3 ? "MQIsdp" : "MQTT");
        byte[] clientId = Encoding.ASCII.GetBytes($"fuzz{random.Next(50)}");
        List<byte> body = [0x00, (byte)protocol.Length, .. protocol, level, (byte)(random.Next(2) * 2), 0x00, 0x00];
        if (level == 5) body.Add(0x00);
        body.AddRange([0x00, (byte)clientId.Length, .. clientId]);
        return [0x10, (byte)body.Count, .. body];
    }

    // RFC 6455 section 5.2, from a client: masked.
    private void AddFrame(List<byte> frames, byte first, ReadOnlySpan<byte> payload)
    {
        Span<byte> mask = stackalloc byte[4];
        random.NextBytes(mask);
        frames.Add(first);
        if (payload.Length < 126)
        {
            frames.Add((byte)(0x80 | payload.Length));
        }
        else
        {
            Span<byte> length = stackalloc byte[2];
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)payload.Length);
            frames.AddRange([0x80 | 126, length[0], length[1]]);
        }
        frames.AddRange(mask);
        for (int i = 0; i < payload.Length; i++) frames.Add((byte)(payload[i] ^ mask[i & 3]));
    }
}
