using System.Buffers;
using System.Net;

namespace Broker.Transport.Proxy;

/// <summary>How far a PROXY header has been read.</summary>
internal enum ProxyHeaderStatus
{
    /// <summary>More bytes are needed.</summary>
    Incomplete,
    /// <summary>It is whole.</summary>
    Complete,
    /// <summary>It is none, or a damaged one.</summary>
    Wrong,
}

/// <summary>What a proxy says about the client of a connection, in the words of the PROXY protocol.</summary>
internal sealed record ProxyHeader
{
    /// <summary>It says nothing: the connection is the proxy's own, or of a kind that has no address.</summary>
    public static readonly ProxyHeader Nothing = new();

    /// <summary>The client's address; null: the connection's own holds.</summary>
    public EndPoint? Source { get; init; }

    /// <summary>The client came to the proxy over TLS.</summary>
    public bool HasTls { get; init; }

    /// <summary>The client showed the proxy a certificate, which it found good.</summary>
    public bool HasCertificate { get; init; }

    /// <summary>The CN of that certificate; null: not told.</summary>
    public string? CommonName { get; init; }

    /// <summary>Such as <c>TLSv1.3</c>; null: not told.</summary>
    public string? TlsVersion { get; init; }

    /// <summary>The cipher between client and proxy; null: not told.</summary>
    public string? Cipher { get; init; }

    /// <summary>Reads a header of one version from the first bytes of a connection.</summary>
    /// <param name="buffer">What has come.</param>
    /// <param name="version">1 or 2.</param>
    /// <param name="reading">What came of it.</param>
    public static ProxyHeaderStatus Read(ReadOnlySequence<byte> buffer, int version, out ProxyHeaderReading reading)
    {
        // Headers are short; only one that comes in pieces is copied.
        int length = (int)Math.Min(buffer.Length, ProxyHeaderV2.BytesMax);
        ReadOnlySpan<byte> bytes = buffer.FirstSpan.Length >= length
            ? buffer.FirstSpan[..length]
            : buffer.Slice(0, length).ToArray();
        return version == 1 ? ProxyHeaderV1.Read(bytes, out reading) : ProxyHeaderV2.Read(bytes, out reading);
    }
}

/// <summary>What reading gave.</summary>
/// <param name="Header">The header, when it is whole.</param>
/// <param name="Length">Its bytes, when it is whole.</param>
/// <param name="Error">When it is wrong: why, a clause.</param>
internal readonly record struct ProxyHeaderReading(ProxyHeader? Header, int Length, string? Error)
{
    /// <summary>A wrong one.</summary>
    public static ProxyHeaderStatus Wrong(string error, out ProxyHeaderReading reading)
    {
        reading = new(null, 0, error);
        return ProxyHeaderStatus.Wrong;
    }

    /// <summary>A whole one.</summary>
    public static ProxyHeaderStatus Complete(ProxyHeader header, int length, out ProxyHeaderReading reading)
    {
        reading = new(header, length, null);
        return ProxyHeaderStatus.Complete;
    }
}
