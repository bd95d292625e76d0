using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;
using Broker.Diagnostics;

namespace Broker.Transport.Tls;

/// <summary>Reads certificates and keys from PEM files, with errors that say what to do.</summary>
internal static class TlsCertificateFiles
{
    private const string RsaKey = "1.2.840.113549.1.1.1";
    private const string EllipticCurveKey = "1.2.840.10045.2.1";

    /// <summary>The certificates of <c>certfile</c>: the server's own first. Empty when there is an error.</summary>
    public static X509Certificate2Collection ReadChain(string path, List<string> errors) =>
        ReadCertificates("certfile", path, errors);

    /// <summary>All certificates of a PEM file, at least one. Empty when there is an error.</summary>
    public static X509Certificate2Collection ReadCertificates(string option, string path, List<string> errors)
    {
        X509Certificate2Collection found = [];
        if (ReadText(option, path, errors) is not { } text) return found;
        try
        {
            found.ImportFromPem(text);
        }
        catch (CryptographicException)
        {
            errors.Add($"{option} {path} has a certificate that is damaged.");
            return [];
        }
        if (found.Count == 0) errors.Add($"{option} {path} has no certificate in PEM form{HintFor(path, "x509")}.");
        return found;
    }

    /// <summary>The revocation lists of <c>crlfile</c>, at least one. Empty when there is an error.</summary>
    public static List<TlsRevocationList> ReadRevocationLists(string path, List<string> errors)
    {
        List<TlsRevocationList> found = [];
        if (ReadText("crlfile", path, errors) is not { } text) return found;
        ReadOnlySpan<char> rest = text;
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            if (rest[fields.Label] is "X509 CRL")
            {
                byte[] der = Convert.FromBase64String(rest[fields.Base64Data].ToString());
                TlsRevocationListResult result = TlsRevocationList.Parse(der);
                if (result.List is { } list) found.Add(list);
                else errors.Add($"crlfile {path} has a revocation list that {result.Error}.");
            }
            rest = rest[fields.Location.End..];
        }
        if (found.Count == 0 && errors.Count == 0)
            errors.Add($"crlfile {path} has no revocation list in PEM form{HintFor(path, "crl")}.");
        return found;
    }

    /// <summary>The certificate together with the key of <c>keyfile</c>; null when there is an error.</summary>
    public static X509Certificate2? WithKey(X509Certificate2 certificate, TlsPair pair, List<string> errors)
    {
        string path = pair.KeyFile;
        if (ReadText("keyfile", path, errors) is not { } text) return null;
        if (text.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal)
            || text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
        {
            errors.Add($"The key in keyfile {path} is encrypted, and nobody is there to type its passphrase when the broker "
                + $"starts. Write it without one: openssl pkey -in {path} -out NEWFILE, and protect the file by its mode "
                + "(chmod 600).");
            return null;
        }
        if (!text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            errors.Add($"keyfile {path} has no private key in PEM form{HintFor(path, "pkey")}.");
            return null;
        }
        return Join(certificate, text, pair, errors);
    }

    private static X509Certificate2? Join(X509Certificate2 certificate, string keyText, TlsPair pair, List<string> errors)
    {
        string algorithm = certificate.GetKeyAlgorithm();
        if (algorithm is not (RsaKey or EllipticCurveKey))
        {
            errors.Add($"The certificate in {pair.CertFile} is for a kind of key ({algorithm}) that is not supported; "
                + "use RSA or EC.");
            return null;
        }
        try
        {
            if (algorithm == RsaKey)
            {
                using RSA rsa = RSA.Create();
                rsa.ImportFromPem(keyText);
                return certificate.CopyWithPrivateKey(rsa);
            }
            using ECDsa curve = ECDsa.Create();
            curve.ImportFromPem(keyText);
            return certificate.CopyWithPrivateKey(curve);
        }
        catch (Exception mismatch) when (mismatch is CryptographicException or ArgumentException)
        {
            errors.Add($"The key in keyfile {pair.KeyFile} does not belong to the certificate in certfile {pair.CertFile}; "
                + "the server's own certificate must be the first in its file.");
            return null;
        }
    }

    private static string? ReadText(string option, string path, List<string> errors)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            errors.Add(FileTrouble.Describe(option, path, trouble));
            return null;
        }
    }

    // Both DER certificates and DER keys are one long ASN.1 sequence.
    private static string HintFor(string path, string tool)
    {
        byte[] content = File.ReadAllBytes(path);
        return content is [0x30, 0x80 or 0x81 or 0x82 or 0x83, ..]
            ? $"; it looks like DER: openssl {tool} -inform der -in {path} -out NEWFILE"
            : "";
    }
}
