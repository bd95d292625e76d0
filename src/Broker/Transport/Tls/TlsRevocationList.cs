using System.Collections.Frozen;
using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Broker.Transport.Tls;

/// <summary>What reading a list gave: exactly one of the two is set. The error continues "a list that ...".</summary>
internal readonly record struct TlsRevocationListResult(TlsRevocationList? List, string? Error);

/// <summary>
/// A certificate revocation list (RFC 5280 section 5): complete ones of an authority for its own certificates. The platform takes
/// none from a file, so it is read here. Immutable; any thread.
/// </summary>
internal sealed class TlsRevocationList
{
    private const string IssuingDistributionPoint = "2.5.29.28";

    private static readonly Asn1Tag ExtensionsTag = new(TagClass.ContextSpecific, 0);

    private readonly byte[] _signedPart;
    private readonly byte[] _signature;
    private readonly TlsSignature _algorithm;
    private byte[] _issuer = [];
    private FrozenSet<BigInteger> _serials = [];

    private TlsRevocationList(byte[] signedPart, TlsSignature algorithm, byte[] signature)
    {
        _signedPart = signedPart;
        _algorithm = algorithm;
        _signature = signature;
    }

    /// <summary>When it was made.</summary>
    public DateTimeOffset ThisUpdate { get; private set; }

    /// <summary>When the next one is due; null: not said.</summary>
    public DateTimeOffset? NextUpdate { get; private set; }

    /// <summary>Certificates that are revoked.</summary>
    public int Count => _serials.Count;

    /// <summary>Reads a list in DER form.</summary>
    public static TlsRevocationListResult Parse(ReadOnlyMemory<byte> der)
    {
        try
        {
            // CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue }
            AsnReader whole = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
            byte[] signedPart = whole.PeekEncodedValue().ToArray();
            AsnReader content = whole.ReadSequence();
            if (TlsSignature.Read(whole.ReadSequence()) is not { } algorithm)
                return new(null, "is signed in a way that is not supported");
            var list = new TlsRevocationList(signedPart, algorithm, whole.ReadBitString(out _));
            return list.ReadContent(content) is { } error ? new(null, error) : new(list, null);
        }
        catch (Exception damage) when (damage is AsnContentException or CryptographicException)
        {
            return new(null, "is damaged");
        }
    }

    /// <summary>Whether the list speaks for an authority: its name, and its signature.</summary>
    public bool IsOf(X509Certificate2 authority) =>
        authority.SubjectName.RawData.AsSpan().SequenceEqual(_issuer)
        && _algorithm.IsGood(authority, _signedPart, _signature);

    /// <summary>Whether a certificate of that authority is revoked.</summary>
    public bool Revokes(X509Certificate2 certificate) =>
        _serials.Contains(new BigInteger(certificate.SerialNumberBytes.Span, isBigEndian: true));

    // TBSCertList ::= SEQUENCE { version OPTIONAL, signature, issuer, thisUpdate, nextUpdate OPTIONAL,
    //                            revokedCertificates OPTIONAL, [0] crlExtensions OPTIONAL }
    private string? ReadContent(AsnReader content)
    {
        if (content.PeekTag() == Asn1Tag.Integer) content.ReadInteger();
        content.ReadSequence();
        _issuer = content.ReadEncodedValue().ToArray();
        ThisUpdate = ReadTime(content);
        if (content.HasData && content.PeekTag() is { TagValue: 23 or 24, TagClass: TagClass.Universal })
            NextUpdate = ReadTime(content);
        HashSet<BigInteger> serials = [];
        if (content.HasData && content.PeekTag() == Asn1Tag.Sequence)
        {
            AsnReader entries = content.ReadSequence();
            while (entries.HasData) serials.Add(entries.ReadSequence().ReadInteger());
        }
        _serials = serials.ToFrozenSet();
        return content.HasData && content.PeekTag().HasSameClassAndValue(ExtensionsTag)
            ? ReadExtensions(content.ReadSequence(ExtensionsTag).ReadSequence())
            : null;
    }

    // A critical extension changes what the list means: who does not know it must not use the list.
    private static string? ReadExtensions(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            AsnReader extension = extensions.ReadSequence();
            string id = extension.ReadObjectIdentifier();
            bool isCritical = extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean();
            if (!isCritical) continue;
            if (id == IssuingDistributionPoint && IsComplete(extension.ReadOctetString())) continue;
            return $"is not a complete list of one authority (critical extension {id})";
        }
        return null;
    }

    // IssuingDistributionPoint: [0] name and [1] onlyContainsUserCerts narrow nothing that matters here.
    private static bool IsComplete(byte[] issuingDistributionPoint)
    {
        AsnReader fields = new AsnReader(issuingDistributionPoint, AsnEncodingRules.DER).ReadSequence();
        while (fields.HasData)
        {
            if (fields.PeekTag().TagValue > 1) return false;
            fields.ReadEncodedValue();
        }
        return true;
    }

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag().TagValue == (int)UniversalTagNumber.UtcTime ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
}
