using System.Globalization;
using System.Security.Cryptography;

namespace Broker.Security;

/// <summary>How a password is kept. The names are those of <c>mosquitto_passwd -H</c>.</summary>
internal enum PasswordHashKind
{
    /// <summary><c>$6$</c>: one round of SHA-512 over password and salt. Readable by every mosquitto; quick to guess.</summary>
    Sha512,
    /// <summary><c>$7$</c>: PBKDF2-HMAC-SHA512.</summary>
    Sha512Pbkdf2,
    /// <summary><c>$argon2id$</c>: the PHC text form; needs libargon2.</summary>
    Argon2id,
}

/// <summary>The outcome of reading a hash: the hash, or a sentence that says what is wrong with the text.</summary>
internal readonly record struct PasswordHashResult(PasswordHash? Hash, string? Error);

/// <summary>
/// One kept password: parsed from, verified against and written as the text of a mosquitto password file. Immutable.
/// Verifying computes for about 1 ms to 100 ms: never on an I/O thread, see <see cref="HashingQueue"/>.
/// </summary>
internal sealed class PasswordHash
{
    /// <summary>Rounds of PBKDF2 that mosquitto 2.1 writes.</summary>
    public const int DefaultIterations = 1000;

    // mosquitto up to 2.0 refuses any other length, 2.1 reads 12 and 64: 12 is the length that all of them read.
    private const int WrittenSaltBytes = 12;
    private const int LongSaltBytes = 64;
    private const int DigestBytes = 64;

    private readonly int _iterations;
    private readonly byte[] _salt;
    private readonly byte[] _digest;
    private readonly string _text;

    private PasswordHash(PasswordHashKind kind, string text, int iterations, byte[] salt, byte[] digest)
    {
        Kind = kind;
        _text = text;
        _iterations = iterations;
        _salt = salt;
        _digest = digest;
    }

    /// <summary>Which form.</summary>
    public PasswordHashKind Kind { get; }

    /// <summary>Rounds of PBKDF2; 1 or 0 for the other kinds.</summary>
    public int Iterations => _iterations;

    /// <summary>The salt's bytes; empty for argon2id.</summary>
    public ReadOnlySpan<byte> Salt => _salt;

    /// <summary>What was derived from password and salt; empty for argon2id.</summary>
    public ReadOnlySpan<byte> Digest => _digest;

    /// <summary>The text as it stands in a password file after the colon.</summary>
    public override string ToString() => _text;

    /// <summary>Reads the text after <c>USER:</c>.</summary>
    public static PasswordHashResult Parse(string text) => Parse(text, Argon2.IsAvailable);

    /// <summary>Reads the text after <c>USER:</c>, told whether libargon2 is there.</summary>
    internal static PasswordHashResult Parse(string text, bool isArgon2Available)
    {
        string[] fields = text.Split('$');
        if (fields[0].Length > 0 || fields.Length < 2) return Wrong("is not a hash; plain text is not accepted");
        return fields[1] switch
        {
            "6" => fields.Length == 4
                ? Salted(PasswordHashKind.Sha512, text, 1, fields[2], fields[3])
                : Wrong("is not of the form $6$SALT$HASH"),
            "7" => fields.Length == 5
                ? ParsePbkdf2(text, fields)
                : Wrong("is not of the form $7$ITERATIONS$SALT$HASH"),
            "argon2id" => ParseArgon2(text, isArgon2Available),
            _ => Wrong($"is of the unknown kind ${fields[1]}$; known are $6$, $7$ and $argon2id$"),
        };
    }

    /// <summary>Hashes a password with a new random salt.</summary>
    /// <param name="kind">The form to write.</param>
    /// <param name="password">The password's bytes, UTF-8 where it is text.</param>
    /// <param name="iterations">Rounds of PBKDF2, 1 or more; other kinds do not look at it.</param>
    /// <exception cref="DllNotFoundException">Argon2id without libargon2; ask <see cref="Argon2.IsAvailable"/> first.</exception>
    public static PasswordHash Create(PasswordHashKind kind, ReadOnlySpan<byte> password, int iterations = DefaultIterations)
    {
        if (kind == PasswordHashKind.Argon2id)
            return new PasswordHash(kind, Argon2.Hash(password), 0, [], []);
        return Create(kind, password, RandomNumberGenerator.GetBytes(WrittenSaltBytes), iterations);
    }

    /// <summary>The same with a salt of the caller's, for the kinds that are computed here.</summary>
    internal static PasswordHash Create(
        PasswordHashKind kind, ReadOnlySpan<byte> password, byte[] salt, int iterations = DefaultIterations)
    {
        byte[] digest = new byte[DigestBytes];
        Derive(kind, password, salt, iterations, digest);
        string rounds = iterations.ToString(CultureInfo.InvariantCulture);
        string parameters = kind == PasswordHashKind.Sha512 ? "6" : $"7${rounds}";
        string text = $"${parameters}${Convert.ToBase64String(salt)}${Convert.ToBase64String(digest)}";
        return new PasswordHash(kind, text, iterations, salt, digest);
    }

    /// <summary>True when this is the hash of <paramref name="password"/>. The comparison takes the same time for any
    /// difference.</summary>
    public bool Verify(ReadOnlySpan<byte> password)
    {
        if (Kind == PasswordHashKind.Argon2id) return Argon2.Verify(_text, password);
        Span<byte> digest = stackalloc byte[DigestBytes];
        Derive(Kind, password, _salt, _iterations, digest);
        return CryptographicOperations.FixedTimeEquals(digest, _digest);
    }

    private static void Derive(
        PasswordHashKind kind, ReadOnlySpan<byte> password, byte[] salt, int iterations, Span<byte> digest)
    {
        if (kind == PasswordHashKind.Sha512Pbkdf2)
        {
            Rfc2898DeriveBytes.Pbkdf2(password, salt, digest, iterations, HashAlgorithmName.SHA512);
            return;
        }
        byte[] salted = [.. password, .. salt];
        SHA512.HashData(salted, digest);
        CryptographicOperations.ZeroMemory(salted);
    }

    private static PasswordHashResult ParsePbkdf2(string text, string[] fields)
    {
        bool isNumber = int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out int iterations);
        return isNumber && iterations > 0
            ? Salted(PasswordHashKind.Sha512Pbkdf2, text, iterations, fields[3], fields[4])
            : Wrong("has no positive number of iterations after $7$");
    }

    private static PasswordHashResult Salted(PasswordHashKind kind, string text, int iterations, string salt, string digest)
    {
        Span<byte> saltBytes = stackalloc byte[LongSaltBytes];
        if (!Convert.TryFromBase64String(salt, saltBytes, out int saltLength)
            || (saltLength != WrittenSaltBytes && saltLength != LongSaltBytes))
            return Wrong($"has a salt that is not {WrittenSaltBytes} or {LongSaltBytes} bytes of base64");
        byte[] digestBytes = new byte[DigestBytes];
        if (!Convert.TryFromBase64String(digest, digestBytes, out int digestLength) || digestLength != DigestBytes)
            return Wrong($"has a hash that is not {DigestBytes} bytes of base64");
        return new(new PasswordHash(kind, text, iterations, saltBytes[..saltLength].ToArray(), digestBytes), null);
    }

    private static PasswordHashResult ParseArgon2(string text, bool isAvailable)
    {
        if (!Argon2.IsWellFormed(text)) return Wrong("is not of the form $argon2id$v=19$m=KIB,t=ROUNDS,p=LANES$SALT$HASH");
        return isAvailable
            ? new(new PasswordHash(PasswordHashKind.Argon2id, text, 0, [], []), null)
            : Wrong($"is an argon2id hash. {Argon2.HowToInstall}");
    }

    private static PasswordHashResult Wrong(string error) => new(null, error);
}
