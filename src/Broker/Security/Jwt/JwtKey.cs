using System.Security.Cryptography;
using Broker.Configuration;
using Microsoft.IdentityModel.Tokens;

namespace Broker.Security.Jwt;

/// <summary>
/// One key that tokens are checked with. It is bound to what it may be used for: a public key is never a secret.
/// </summary>
/// <param name="Id">The <c>kid</c> of its tokens; null: it has none, as in a PEM file.</param>
/// <param name="Algorithms">What it serves.</param>
/// <param name="Key">The key.</param>
/// <param name="Fingerprint">The same for the same key, and says nothing about a secret.</param>
internal sealed record JwtKey(string? Id, JwtAlgorithms Algorithms, SecurityKey Key, string Fingerprint)
{
    /// <summary>Fewest bits of an RSA key (RFC 7518 section 3.3).</summary>
    public const int RsaBitsMin = 2048;

    /// <summary>Fewest bytes of a secret: those of the hash of HS256 (RFC 7518 section 3.2).</summary>
    public const int SecretBytesMin = 32;

    private static readonly byte[] FingerprintKey = RandomNumberGenerator.GetBytes(32);

    /// <summary>A public RSA key, or why it is none to use.</summary>
    public static JwtKey? Of(RSA key, string? id, out string? error)
    {
        error = key.KeySize < RsaBitsMin ? $"the RSA key has {key.KeySize} bits, and fewer than {RsaBitsMin} are not safe" : null;
        if (error is not null) return null;
        RsaSecurityKey security = new(key.ExportParameters(includePrivateParameters: false));
        return new JwtKey(id, JwtAlgorithms.Rsa, security, Print(key.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>A public EC key, or why it is none to use.</summary>
    public static JwtKey? Of(ECDsa key, string? id, out string? error)
    {
        JwtAlgorithms algorithm = key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value switch
        {
            "1.2.840.10045.3.1.7" => JwtAlgorithms.ES256,
            "1.3.132.0.34" => JwtAlgorithms.ES384,
            "1.3.132.0.35" => JwtAlgorithms.ES512,
            _ => JwtAlgorithms.None,
        };
        error = algorithm == JwtAlgorithms.None ? "the EC key is on another curve than P-256, P-384 and P-521" : null;
        if (error is not null) return null;
        // Without what may be private of it.
        ECDsa own = ECDsa.Create(key.ExportParameters(includePrivateParameters: false));
        return new JwtKey(id, algorithm, new ECDsaSecurityKey(own), Print(own.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>A secret, or why it is none to use.</summary>
    public static JwtKey? Of(byte[] secret, string? id, out string? error)
    {
        error = secret.Length < SecretBytesMin
            ? $"the secret has {secret.Length} bytes, and fewer than {SecretBytesMin} are not safe: openssl rand -base64 48"
            : null;
        if (error is not null) return null;
        JwtAlgorithms algorithms = JwtAlgorithms.HS256;
        if (secret.Length >= 48) algorithms |= JwtAlgorithms.HS384;
        if (secret.Length >= 64) algorithms |= JwtAlgorithms.HS512;
        return new JwtKey(id, algorithms, new SymmetricSecurityKey(secret), Print(secret));
    }

    private static string Print(byte[] key) => Convert.ToHexString(HMACSHA256.HashData(FingerprintKey, key));
}
