using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Broker.Configuration;
using Broker.Diagnostics;
using Microsoft.IdentityModel.Tokens;

namespace Broker.Security.Jwt;

/// <summary>Reads keys: PEM, JWK and JWK sets (RFC 7517), secrets.</summary>
internal static class JwtKeyReader
{
    private const int JsonDepthMax = 16;
    private const string Unreadable = "it is neither PEM nor a JWK or JWK set that can be read";

    /// <summary>The keys of <c>jwt_key_file</c>.</summary>
    public static JwtKeys? LoadKeys(string path, out PasswordFileError? error)
    {
        if (ReadAll("jwt_key_file", path, out error) is not { } content) return null;
        string text = Encoding.UTF8.GetString(content);
        string? wrong;
        JwtKeys? keys = text.AsSpan().TrimStart().StartsWith("{")
            ? ReadSet(text, acceptsSecrets: true, out wrong)
            : ReadPem(text, out wrong);
        if (keys is null) error = new PasswordFileError(path, 1, $"This jwt_key_file is of no use: {wrong}.");
        return keys;
    }

    /// <summary>The secret of <c>jwt_secret_file</c>.</summary>
    public static JwtKeys? LoadSecret(string path, out PasswordFileError? error)
    {
        if (ReadAll("jwt_secret_file", path, out error) is not { } content) return null;
        ReadOnlySpan<byte> secret = content;
        while (secret is [.., (byte)'\n' or (byte)'\r']) secret = secret[..^1];
        string? wrong = null;
        // Whoever has the public key could make tokens.
        if (secret.IndexOf("-----BEGIN "u8) >= 0) wrong = "it holds a PEM key or certificate, which is for jwt_key_file";
        else if (JwtKey.Of(secret.ToArray(), null, out wrong) is { } key) return new JwtKeys([key]);
        error = new PasswordFileError(path, 1, $"This jwt_secret_file is of no use: {wrong}.");
        return null;
    }

    /// <summary>The keys for signatures of a JWK or a JWK set; others are passed over.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="acceptsSecrets">Whether a key may be a secret: not one that everybody can fetch.</param>
    /// <param name="error">A clause.</param>
    public static JwtKeys? ReadSet(string text, bool acceptsSecrets, out string? error)
    {
        List<JwtKey> keys = [];
        error = null;
        try
        {
            using JsonDocument document = JsonText.Parse(Encoding.UTF8.GetBytes(text), JsonDepthMax);
            bool isSet = document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("keys", out JsonElement _);
            IList<JsonWebKey> all = isSet ? new JsonWebKeySet(text).Keys : [new JsonWebKey(text)];
            foreach (JsonWebKey jwk in all)
            {
                if (!IsForSignatures(jwk)) continue;
                if (TryRead(jwk, acceptsSecrets, out string? wrong) is { } key) keys.Add(key);
                error ??= wrong;
            }
        }
        catch (Exception trouble) when (IsMalformed(trouble))
        {
            error = Unreadable;
            return null;
        }
        // What is wrong with one key is not the fault of those beside it.
        if (keys.Count > 0) return new JwtKeys([.. keys]);
        error ??= "there is no key for signatures in it";
        return null;
    }

    private static JwtKeys? ReadPem(string text, out string? error)
    {
        ImmutableArray<JwtKey>.Builder keys = ImmutableArray.CreateBuilder<JwtKey>();
        ReadOnlySpan<char> rest = text;
        error = null;
        try
        {
            while (PemEncoding.TryFind(rest, out PemFields fields))
            {
                byte[] data = Convert.FromBase64String(rest[fields.Base64Data].ToString());
                if (ReadPem(rest[fields.Label].ToString(), data, out error) is not { } key) return null;
                keys.Add(key);
                rest = rest[fields.Location.End..];
            }
        }
        catch (CryptographicException)
        {
            error = "a key in it cannot be read as RSA or EC";
            return null;
        }
        if (keys.Count > 0) return new JwtKeys(keys.ToImmutable());
        error = "there is neither a PEM public key nor a JWK in it";
        return null;
    }

    private static JwtKey? ReadPem(string label, byte[] data, out string? error)
    {
        error = null;
        switch (label)
        {
            case "CERTIFICATE":
            {
                using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(data);
                using RSA? rsa = certificate.GetRSAPublicKey();
                if (rsa is not null) return JwtKey.Of(rsa, null, out error);
                using ECDsa? ec = certificate.GetECDsaPublicKey();
                return ec is null ? throw new CryptographicException() : JwtKey.Of(ec, null, out error);
            }
            case "RSA PUBLIC KEY":
            {
                using RSA rsa = RSA.Create();
                rsa.ImportRSAPublicKey(data, out int _);
                return JwtKey.Of(rsa, null, out error);
            }
            case "PUBLIC KEY":
                return ReadPublicKey(data, out error);
            case var other when other.EndsWith("PRIVATE KEY", StringComparison.Ordinal):
                error = "it holds a private key, which only the issuer should have: openssl pkey -pubout gives the public one";
                return null;
            default:
                error = $"'{label}' is not PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE";
                return null;
        }
    }

    private static JwtKey? ReadPublicKey(byte[] data, out string? error)
    {
        using RSA rsa = RSA.Create();
        try
        {
            rsa.ImportSubjectPublicKeyInfo(data, out int _);
            return JwtKey.Of(rsa, null, out error);
        }
        catch (CryptographicException)
        {
            // The label does not say which kind it is.
            using ECDsa ec = ECDsa.Create();
            ec.ImportSubjectPublicKeyInfo(data, out int _);
            return JwtKey.Of(ec, null, out error);
        }
    }

    private static bool IsForSignatures(JsonWebKey jwk) =>
        (string.IsNullOrEmpty(jwk.Use) || jwk.Use == "sig") && (jwk.KeyOps is not { Count: > 0 } uses || uses.Contains("verify"));

    private static bool IsMalformed(Exception trouble) =>
        trouble is JsonException or ArgumentException or FormatException or CryptographicException;

    private static JwtKey? TryRead(JsonWebKey jwk, bool acceptsSecrets, out string? error)
    {
        try
        {
            return Read(jwk, acceptsSecrets, out error);
        }
        catch (Exception trouble) when (IsMalformed(trouble))
        {
            error = Unreadable;
            return null;
        }
    }

    private static JwtKey? Read(JsonWebKey jwk, bool acceptsSecrets, out string? error)
    {
        string? id = string.IsNullOrEmpty(jwk.Kid) ? null : jwk.Kid;
        if (jwk.HasPrivateKey && jwk.Kty != "oct")
        {
            error = "a key in it is private, and only the issuer should have that";
            return null;
        }
        JwtKey? key = jwk.Kty switch
        {
            "RSA" => ReadRsa(jwk, id, out error),
            "EC" => ReadEc(jwk, id, out error),
            "oct" when acceptsSecrets => JwtKey.Of(Base64UrlEncoder.DecodeBytes(jwk.K), id, out error),
            "oct" => None("a secret that everybody can fetch is none", out error),
            _ => None($"keys of the kind '{jwk.Kty}' are not supported", out error),
        };
        if (key is null || string.IsNullOrEmpty(jwk.Alg)) return key;
        // Bound by its owner to one algorithm (RFC 7517 section 4.4).
        JwtAlgorithms bound = key.Algorithms & (JwtAlgorithmNames.Find(jwk.Alg) ?? JwtAlgorithms.None);
        if (bound != JwtAlgorithms.None) return key with { Algorithms = bound };
        error = $"a key in it is for '{jwk.Alg}', which is not supported for its kind";
        return null;
    }

    private static JwtKey? ReadRsa(JsonWebKey jwk, string? id, out string? error)
    {
        byte[] modulus = Base64UrlEncoder.DecodeBytes(jwk.N), exponent = Base64UrlEncoder.DecodeBytes(jwk.E);
        if (modulus.Length == 0 || exponent.Length == 0)
            return None("an RSA key in it has no modulus or no exponent", out error);
        using RSA rsa = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent });
        return JwtKey.Of(rsa, id, out error);
    }

    private static JwtKey? ReadEc(JsonWebKey jwk, string? id, out string? error)
    {
        ECCurve? curve = jwk.Crv switch
        {
            "P-256" => ECCurve.NamedCurves.nistP256,
            "P-384" => ECCurve.NamedCurves.nistP384,
            "P-521" => ECCurve.NamedCurves.nistP521,
            _ => null,
        };
        if (curve is not { } known) return None($"the curve '{jwk.Crv}' is not supported", out error);
        using ECDsa ec = ECDsa.Create(new ECParameters
        {
            Curve = known,
            Q = new ECPoint { X = Base64UrlEncoder.DecodeBytes(jwk.X), Y = Base64UrlEncoder.DecodeBytes(jwk.Y) },
        });
        return JwtKey.Of(ec, id, out error);
    }

    private static JwtKey? None(string why, out string error)
    {
        error = why;
        return null;
    }

    private static byte[]? ReadAll(string directive, string path, out PasswordFileError? error)
    {
        try
        {
            error = null;
            return File.ReadAllBytes(path);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            error = new PasswordFileError(path, 0, FileTrouble.Describe(directive, path, trouble));
            return null;
        }
    }
}
