using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Broker.Transport.Proxy;

/// <summary>PROXY protocol version 2: a binary header, with what the proxy knows of TLS.</summary>
internal static class ProxyHeaderV2
{
    /// <summary>The longest header that is taken. Proxies send at most a few hundred bytes.</summary>
    public const int BytesMax = 2048;

    private const int FixedBytes = 16;
    private const int UnixPathBytes = 108;

    private const byte Local = 0x20;
    private const byte Proxied = 0x21;
    private const byte TcpOverIPv4 = 0x11;
    private const byte TcpOverIPv6 = 0x21;
    private const byte StreamOverUnix = 0x31;

    private const byte TlsType = 0x20;
    private const byte TlsVersionType = 0x21;
    private const byte TlsCommonNameType = 0x22;
    private const byte TlsCipherType = 0x23;
    private const int TlsFixedBytes = 5;
    private const byte ClientUsedTls = 0x01;
    private const byte ClientShowedCertificate = 0x04;

    private static ReadOnlySpan<byte> Signature => [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    /// <summary>Reads <c>signature | version and command | family | length | addresses | TLVs</c>.</summary>
    public static ProxyHeaderStatus Read(ReadOnlySpan<byte> bytes, out ProxyHeaderReading reading)
    {
        reading = default;
        int common = Math.Min(Signature.Length, bytes.Length);
        if (!bytes[..common].SequenceEqual(Signature[..common]))
            return ProxyHeaderReading.Wrong("it does not begin with the signature of version 2", out reading);
        if (bytes.Length < FixedBytes) return ProxyHeaderStatus.Incomplete;
        byte command = bytes[12];
        if (command is not (Local or Proxied)) return ProxyHeaderReading.Wrong("its version or command is unknown", out reading);
        int length = FixedBytes + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        if (length > BytesMax) return ProxyHeaderReading.Wrong($"it is longer than {BytesMax} bytes", out reading);
        if (bytes.Length < length) return ProxyHeaderStatus.Incomplete;
        if (command == Local) return ProxyHeaderReading.Complete(ProxyHeader.Nothing, length, out reading);

        ReadOnlySpan<byte> content = bytes[FixedBytes..length];
        if (!TryReadSource(bytes[13], content, out EndPoint? source, out int addressBytes))
            return ProxyHeaderReading.Wrong("its addresses are of an unknown kind, or cut", out reading);
        ProxyHeader header = new() { Source = source };
        if (!TryReadExtras(content[addressBytes..], ref header))
            return ProxyHeaderReading.Wrong("what follows its addresses is damaged", out reading);
        return ProxyHeaderReading.Complete(header, length, out reading);
    }

    private static bool TryReadSource(byte family, ReadOnlySpan<byte> content, out EndPoint? source, out int length)
    {
        source = null;
        length = family switch
        {
            TcpOverIPv4 => 12,
            TcpOverIPv6 => 36,
            StreamOverUnix => 2 * UnixPathBytes,
            _ => int.MaxValue,
        };
        if (content.Length < length) return false;
        if (family == StreamOverUnix)
        {
            ReadOnlySpan<byte> path = content[..UnixPathBytes];
            int end = path.IndexOf((byte)0);
            // A client's socket mostly has no name; the proxy's own then has to do.
            if (end != 0) source = new UnixDomainSocketEndPoint(Encoding.UTF8.GetString(end < 0 ? path : path[..end]));
            return true;
        }
        int addressBytes = (length - 4) / 2;
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(content[(2 * addressBytes)..]);
        source = new IPEndPoint(new IPAddress(content[..addressBytes]), port);
        return true;
    }

    // TLV: type | length, two bytes | value
    private static bool TryReadExtras(ReadOnlySpan<byte> rest, ref ProxyHeader header)
    {
        while (!rest.IsEmpty)
        {
            if (!TryTake(ref rest, out byte type, out ReadOnlySpan<byte> value)) return false;
            if (type == TlsType && !TryReadTls(value, ref header)) return false;
        }
        return true;
    }

    // PP2_TYPE_SSL: client flags | verify, 0 for success | TLVs
    private static bool TryReadTls(ReadOnlySpan<byte> value, ref ProxyHeader header)
    {
        if (value.Length < TlsFixedBytes) return false;
        byte client = value[0];
        bool isVerified = BinaryPrimitives.ReadUInt32BigEndian(value[1..]) == 0;
        bool hasTls = (client & ClientUsedTls) != 0;
        bool hasCertificate = hasTls && isVerified && (client & ClientShowedCertificate) != 0;
        header = header with { HasTls = hasTls, HasCertificate = hasCertificate };
        ReadOnlySpan<byte> rest = value[TlsFixedBytes..];
        while (!rest.IsEmpty)
        {
            if (!TryTake(ref rest, out byte type, out ReadOnlySpan<byte> text)) return false;
            // A name counts only when the proxy says that its certificate is good, and is one as it would be in a certificate.
            if (type == TlsCommonNameType && hasCertificate && !text.IsEmpty && !text.Contains((byte)0))
                header = header with { CommonName = Encoding.UTF8.GetString(text) };
            else if (type == TlsVersionType) header = header with { TlsVersion = Encoding.ASCII.GetString(text) };
            else if (type == TlsCipherType) header = header with { Cipher = Encoding.ASCII.GetString(text) };
        }
        return true;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, out byte type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (rest.Length < 3) return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
        if (rest.Length < 3 + length) return false;
        type = rest[0];
        value = rest.Slice(3, length);
        rest = rest[(3 + length)..];
        return true;
    }
}
