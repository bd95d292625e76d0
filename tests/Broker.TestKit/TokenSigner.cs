using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Broker.TestKit;

/// <summary>Makes tokens (JWT) with a key of its own, and without the library that the broker judges them with.</summary>
public sealed class TokenSigner : IDisposable
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ec;
    private readonly byte[]? _secret;

    private TokenSigner(string algorithm, string? keyId) => (Algorithm, KeyId) = (algorithm, keyId);

    private TokenSigner(string algorithm, string? keyId, RSA key)
        : this(algorithm, keyId) => _rsa = key;

    private TokenSigner(string algorithm, string? keyId, ECDsa key)
        : this(algorithm, keyId) => _ec = key;

    private TokenSigner(string algorithm, string? keyId, byte[] secret)
        : this(algorithm, keyId) => _secret = secret;

    /// <summary>What its tokens say they are signed with.</summary>
    public string Algorithm { get; }

    /// <summary>Their <c>kid</c>; null: they have none.</summary>
    public string? KeyId { get; }

    /// <summary>The public key, PEM.</summary>
    public string PublicPem => _rsa?.ExportSubjectPublicKeyInfoPem() ?? _ec!.ExportSubjectPublicKeyInfoPem();

    /// <summary>The public key, a JWK.</summary>
    public string Jwk
    {
        get
        {
            if (_rsa is not null)
            {
                RSAParameters rsa = _rsa.ExportParameters(false);
                (string n, string e) = (Text(rsa.Modulus!), Text(rsa.Exponent!));
                return JsonSerializer.Serialize(new { kty = "RSA", use = "sig", kid = KeyId, n, e });
            }
            ECParameters ec = _ec!.ExportParameters(false);
            string crv = $"P-{_ec.KeySize}";
            return JsonSerializer.Serialize(new { kty = "EC", kid = KeyId, crv, x = Text(ec.Q.X!), y = Text(ec.Q.Y!) });
        }
    }

    public static TokenSigner Rsa(string algorithm = "RS256", string? keyId = null, int bits = 2048) =>
        new(algorithm, keyId, RSA.Create(bits));

    public static TokenSigner Ec(string algorithm = "ES256", string? keyId = null)
    {
        ECCurve curve = algorithm switch
        {
            "ES256" => ECCurve.NamedCurves.nistP256,
            "ES384" => ECCurve.NamedCurves.nistP384,
            _ => ECCurve.NamedCurves.nistP521,
        };
        return new TokenSigner(algorithm, keyId, ECDsa.Create(curve));
    }

    public static TokenSigner Secret(string secret, string algorithm = "HS256", string? keyId = null) =>
        new(algorithm, keyId, Encoding.UTF8.GetBytes(secret));

    /// <summary>A JWK set of some keys.</summary>
    public static string SetOf(params TokenSigner[] signers) =>
        $"{{\"keys\":[{string.Join(',', signers.Select(one => one.Jwk))}]}}";

    /// <summary>A token.</summary>
    /// <param name="claims">JSON.</param>
    /// <param name="header">JSON in the place of the usual header.</param>
    public string Sign(string claims, string? header = null)
    {
        header ??= KeyId is null
            ? $"{{\"alg\":\"{Algorithm}\",\"typ\":\"JWT\"}}"
            : $"{{\"alg\":\"{Algorithm}\",\"typ\":\"JWT\",\"kid\":\"{KeyId}\"}}";
        string signed = $"{Text(Encoding.UTF8.GetBytes(header))}.{Text(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Text(SignatureOf(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>A token for somebody, good for an hour from a moment on.</summary>
    public string For(string subject, DateTimeOffset now, string more = "") =>
        Sign($"{{\"sub\":\"{subject}\",\"exp\":{now.ToUnixTimeSeconds() + 3600}{more}}}");

    public void Dispose()
    {
        _rsa?.Dispose();
        _ec?.Dispose();
    }

    private byte[] SignatureOf(byte[] data)
    {
        HashAlgorithmName hash = Algorithm[2..] switch
        {
            "256" => HashAlgorithmName.SHA256,
            "384" => HashAlgorithmName.SHA384,
            _ => HashAlgorithmName.SHA512,
        };
        return Algorithm[..2] switch
        {
            "RS" => _rsa!.SignData(data, hash, RSASignaturePadding.Pkcs1),
            "PS" => _rsa!.SignData(data, hash, RSASignaturePadding.Pss),
            "ES" => _ec!.SignData(data, hash),
            _ when hash == HashAlgorithmName.SHA256 => HMACSHA256.HashData(_secret!, data),
            _ when hash == HashAlgorithmName.SHA384 => HMACSHA384.HashData(_secret!, data),
            _ => HMACSHA512.HashData(_secret!, data),
        };
    }

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
