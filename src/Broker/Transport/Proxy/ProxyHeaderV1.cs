using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Broker.Transport.Proxy;

/// <summary>PROXY protocol version 1: a line of text.</summary>
internal static class ProxyHeaderV1
{
    /// <summary>The longest line there can be, its end included.</summary>
    public const int BytesMax = 107;

    /// <summary>Reads <c>PROXY TCP4|TCP6|UNKNOWN source destination sourcePort destinationPort CR LF</c>.</summary>
    public static ProxyHeaderStatus Read(ReadOnlySpan<byte> bytes, out ProxyHeaderReading reading)
    {
        reading = default;
        ReadOnlySpan<byte> begin = "PROXY "u8;
        int common = Math.Min(begin.Length, bytes.Length);
        if (!bytes[..common].SequenceEqual(begin[..common]))
            return ProxyHeaderReading.Wrong("it does not begin with 'PROXY '", out reading);
        ReadOnlySpan<byte> possible = bytes[..Math.Min(bytes.Length, BytesMax)];
        int end = possible.IndexOf("\r\n"u8);
        if (end < 0)
        {
            return bytes.Length < BytesMax
                ? ProxyHeaderStatus.Incomplete
                : ProxyHeaderReading.Wrong("its line has no end within 107 bytes", out reading);
        }
        string[] words = Encoding.ASCII.GetString(possible[..end]).Split(' ');
        if (words[1] == "UNKNOWN") return ProxyHeaderReading.Complete(ProxyHeader.Nothing, end + 2, out reading);
        AddressFamily family = words[1] switch
        {
            "TCP4" => AddressFamily.InterNetwork,
            "TCP6" => AddressFamily.InterNetworkV6,
            _ => AddressFamily.Unknown,
        };
        if (family == AddressFamily.Unknown || words.Length != 6)
            return ProxyHeaderReading.Wrong("its line is not of the form PROXY TCP4 SOURCE DESTINATION PORT PORT", out reading);
        if (!TryReadAddress(words[2], family, out IPAddress? source) || !TryReadAddress(words[3], family, out _)
            || !TryReadPort(words[4], out ushort port) || !TryReadPort(words[5], out _))
            return ProxyHeaderReading.Wrong("an address or a port in it is none", out reading);
        return ProxyHeaderReading.Complete(new ProxyHeader { Source = new IPEndPoint(source, port) }, end + 2, out reading);
    }

    private static bool TryReadAddress(
        string text, AddressFamily family, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address)
    {
        if (!IPAddress.TryParse(text, out address) || address.AddressFamily != family) return false;
        // .NET also takes "127.1", brackets and zones.
        return family == AddressFamily.InterNetwork ? address.ToString() == text : text.AsSpan().IndexOfAny('[', '%') < 0;
    }

    private static bool TryReadPort(string text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);
}
