using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Broker.Security.Bans;

/// <summary>An IPv4 or IPv6 network; an address is one with all of its bits.</summary>
/// <param name="IsV4">Which of the two.</param>
/// <param name="Length">Bits of the prefix.</param>
/// <param name="Bits">The address, right-aligned; 0 behind the prefix.</param>
internal readonly record struct PeerNetwork(bool IsV4, int Length, UInt128 Bits)
{
    private const int BitsV4 = 32;
    private const int BitsV6 = 128;
    private const int MappedLength = BitsV6 - BitsV4;

    /// <summary>Whether it is one address.</summary>
    public bool IsAddress => Length == Width;

    private int Width => IsV4 ? BitsV4 : BitsV6;

    /// <summary>The network of one address. IPv4 in IPv6 is IPv4; a scope does not count.</summary>
    public static PeerNetwork Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[BitsV6 / 8];
        address.TryWriteBytes(bytes, out int count);
        return count == BitsV4 / 8
            ? new(true, BitsV4, BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : new(false, BitsV6, BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <summary>The network of so many bits that it is in.</summary>
    public PeerNetwork Cut(int length) => new(IsV4, length, length == 0 ? 0 : Bits >> (Width - length) << (Width - length));

    /// <summary>Whether an address is in it.</summary>
    public bool Contains(IPAddress address) =>
        Of(address) is var peer && peer.IsV4 == IsV4 && peer.Cut(Length).Bits == Bits;

    /// <summary>Reads an address or ADDRESS/LENGTH.</summary>
    /// <param name="text">It.</param>
    /// <param name="network">What it says.</param>
    /// <param name="wrong">The end of a sentence that begins with the text; null: nothing.</param>
    public static bool TryParse(string text, out PeerNetwork network, out string? wrong)
    {
        network = default;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string name = slash < 0 ? text : text[..slash];
        wrong = "is no address";
        if (name.AsSpan().ContainsAny('[', '%') || !IPAddress.TryParse(name, out IPAddress? address)) return false;
        // 127.1, 0x7f.0.0.1 and 010.0.0.1 are addresses to some and others to others.
        bool isV4 = address.AddressFamily == AddressFamily.InterNetwork;
        if (isV4 && address.ToString() != name)
        {
            wrong = $"is not written as addresses usually are: it would be read as {address}";
            return false;
        }
        wrong = null;
        network = Of(address);
        if (slash < 0) return true;
        int most = isV4 ? BitsV4 : BitsV6;
        ReadOnlySpan<char> behind = text.AsSpan(slash + 1);
        if (!int.TryParse(behind, NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length > most)
        {
            wrong = $"needs a prefix length from 0 to {most} behind its slash";
            return false;
        }
        if (network.IsV4 != isV4 && length < MappedLength)
        {
            wrong = "is IPv4 and IPv6 at once: name them apart";
            return false;
        }
        PeerNetwork whole = network;
        network = whole.Cut(network.IsV4 != isV4 ? length - MappedLength : length);
        if (network.Bits == whole.Bits) return true;
        wrong = $"has bits behind its prefix; the network is {network}";
        return false;
    }

    /// <summary>In its one spelling, with its length unless that is all bits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[BitsV6 / 8];
        if (IsV4) BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Bits);
        else BinaryPrimitives.WriteUInt128BigEndian(bytes, Bits);
        IPAddress address = new(bytes[..(Width / 8)]);
        return IsAddress ? address.ToString() : string.Create(CultureInfo.InvariantCulture, $"{address}/{Length}");
    }
}
