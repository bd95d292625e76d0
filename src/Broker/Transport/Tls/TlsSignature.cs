using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Broker.Transport.Tls;

/// <summary>How something was signed: an AlgorithmIdentifier of RSA or ECDSA (RFC 4055, RFC 5758).</summary>
/// <param name="Hash">The digest.</param>
/// <param name="Padding">RSA's padding; null: ECDSA.</param>
internal sealed record TlsSignature(HashAlgorithmName Hash, RSASignaturePadding? Padding)
{
    private const string RsaPss = "1.2.840.113549.1.1.10";

    private static readonly Dictionary<string, TlsSignature> Known = new(StringComparer.Ordinal)
    {
        ["1.2.840.113549.1.1.5"] = new(HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1),
        ["1.2.840.113549.1.1.11"] = new(HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        ["1.2.840.113549.1.1.12"] = new(HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
        ["1.2.840.113549.1.1.13"] = new(HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        ["1.2.840.10045.4.1"] = new(HashAlgorithmName.SHA1, null),
        ["1.2.840.10045.4.3.2"] = new(HashAlgorithmName.SHA256, null),
        ["1.2.840.10045.4.3.3"] = new(HashAlgorithmName.SHA384, null),
        ["1.2.840.10045.4.3.4"] = new(HashAlgorithmName.SHA512, null),
    };

    private static readonly Dictionary<string, (HashAlgorithmName Name, int Bytes)> PssHashes = new(StringComparer.Ordinal)
    {
        ["2.16.840.1.101.3.4.2.1"] = (HashAlgorithmName.SHA256, 32),
        ["2.16.840.1.101.3.4.2.2"] = (HashAlgorithmName.SHA384, 48),
        ["2.16.840.1.101.3.4.2.3"] = (HashAlgorithmName.SHA512, 64),
    };

    /// <summary>Reads the content of an AlgorithmIdentifier; null: one that is not known here.</summary>
    /// <exception cref="AsnContentException">It is damaged.</exception>
    public static TlsSignature? Read(AsnReader algorithm)
    {
        string id = algorithm.ReadObjectIdentifier();
        if (id != RsaPss) return Known.GetValueOrDefault(id);
        // RSASSA-PSS-params: [0] hash, [1] mask, [2] bytes of salt; the platform knows salts as long as the hash only.
        AsnReader parameters = algorithm.ReadSequence();
        string hashId = "";
        int saltBytes = 0;
        while (parameters.HasData)
        {
            Asn1Tag tag = parameters.PeekTag();
            AsnReader value = new(parameters.ReadEncodedValue(), AsnEncodingRules.DER);
            if (tag.TagValue == 0) hashId = value.ReadSequence(tag).ReadSequence().ReadObjectIdentifier();
            else if (tag.TagValue == 2 && value.ReadSequence(tag).TryReadInt32(out int bytes)) saltBytes = bytes;
        }
        return PssHashes.TryGetValue(hashId, out (HashAlgorithmName Name, int Bytes) hash) && hash.Bytes == saltBytes
            ? new TlsSignature(hash.Name, RSASignaturePadding.Pss)
            : null;
    }

    /// <summary>Whether the key of a certificate made this signature.</summary>
    public bool IsGood(X509Certificate2 signer, byte[] data, byte[] signature)
    {
        if (Padding is not null)
        {
            using RSA? rsa = signer.GetRSAPublicKey();
            return rsa is not null && rsa.VerifyData(data, signature, Hash, Padding);
        }
        using ECDsa? curve = signer.GetECDsaPublicKey();
        return curve is not null && curve.VerifyData(data, signature, Hash, DSASignatureFormat.Rfc3279DerSequence);
    }
}
