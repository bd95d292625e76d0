using System.Security.Cryptography;
using System.Text;

namespace Broker.Security.Scram;

/// <summary>
/// What a proof of SCRAM-SHA-512 is checked against (RFC 5802 section 3). A <c>$7$</c> line of a password file is SCRAM's salted
/// password, so that no password is hashed for it: two HMACs and a hash.
/// </summary>
internal sealed class ScramCredential
{
    private const int DecoySaltBytes = 12;

    // Of the process: the challenges for one name have one salt, and nobody outside can compute it.
    private static readonly byte[] DecoyKey = RandomNumberGenerator.GetBytes(SHA512.HashSizeInBytes);

    private readonly byte[] _storedKey;
    private readonly byte[] _serverKey;
    private readonly bool _isDecoy;

    private ScramCredential(ReadOnlySpan<byte> salt, int iterations, ReadOnlySpan<byte> saltedPassword, bool isDecoy)
    {
        Salt = Convert.ToBase64String(salt);
        Iterations = iterations;
        Span<byte> clientKey = stackalloc byte[SHA512.HashSizeInBytes];
        HMACSHA512.HashData(saltedPassword, "Client Key"u8, clientKey);
        _storedKey = SHA512.HashData(clientKey);
        _serverKey = HMACSHA512.HashData(saltedPassword, "Server Key"u8);
        _isDecoy = isDecoy;
    }

    /// <summary>The salt in base64.</summary>
    public string Salt { get; }

    /// <summary>Rounds of PBKDF2.</summary>
    public int Iterations { get; }

    /// <summary>How the password of a user that exists is kept, when no proof can be checked against that; else null.</summary>
    public PasswordHashKind? UnfitKind { get; private init; }

    /// <summary>
    /// The credential of a user. Without a fitting hash it is made up: its challenge looks like one, the same for a name as long
    /// as the process lives, it takes as long, and nothing proves it.
    /// </summary>
    /// <param name="hash">The user's hash; null: there is no such user.</param>
    /// <param name="model">Whose iterations and length of salt a made-up challenge has; null: nobody's.</param>
    /// <param name="place">The user's name and where it was looked for.</param>
    public static ScramCredential Of(PasswordHash? hash, PasswordHash? model, string place)
    {
        ReadOnlySpan<byte> salt = HMACSHA512.HashData(DecoyKey, Encoding.UTF8.GetBytes(place));
        byte[] nobodys = RandomNumberGenerator.GetBytes(SHA512.HashSizeInBytes);
        if (hash is { Kind: PasswordHashKind.Sha512Pbkdf2 })
            return new ScramCredential(hash.Salt, hash.Iterations, hash.Digest, isDecoy: false);
        salt = salt[..(model is null ? DecoySaltBytes : model.Salt.Length)];
        return new ScramCredential(salt, model?.Iterations ?? PasswordHash.DefaultIterations, nobodys, isDecoy: true)
        {
            UnfitKind = hash?.Kind,
        };
    }

    /// <summary>True when the proof was made with the password. The comparison takes the same time for any difference.</summary>
    /// <param name="proof">64 bytes.</param>
    /// <param name="exchange">The messages of the exchange as SCRAM signs them.</param>
    public bool IsProvedBy(ReadOnlySpan<byte> proof, ReadOnlySpan<byte> exchange)
    {
        Span<byte> clientKey = stackalloc byte[SHA512.HashSizeInBytes];
        HMACSHA512.HashData(_storedKey, exchange, clientKey);
        for (int i = 0; i < clientKey.Length; i++) clientKey[i] ^= proof[i];
        Span<byte> storedKey = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData(clientKey, storedKey);
        return CryptographicOperations.FixedTimeEquals(storedKey, _storedKey) & !_isDecoy;
    }

    /// <summary>The server's own proof, in base64.</summary>
    public string Sign(ReadOnlySpan<byte> exchange) => Convert.ToBase64String(HMACSHA512.HashData(_serverKey, exchange));
}
