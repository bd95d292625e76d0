using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Broker.TestKit;

/// <summary>
/// The client's half of SCRAM-SHA-512 as RFC 5802 has it, computed from the password and none of the broker's code.
/// </summary>
public sealed class ScramClient(string userName, string password, string header = "n,,", string nonce = "clientnonce")
{
    private byte[] _serverKey = [];
    private byte[] _exchange = [];

    /// <summary>The first message without its header.</summary>
    public string Bare { get; set; } = $"n={Escape(userName)},r={nonce}";

    /// <summary>client-first-message.</summary>
    public byte[] First => Encoding.UTF8.GetBytes(header + Bare);

    /// <summary>client-final-message, the answer to a challenge.</summary>
    public byte[] Final(ReadOnlySpan<byte> challenge)
    {
        string[] fields = Encoding.UTF8.GetString(challenge).Split(',');
        byte[] salt = Convert.FromBase64String(fields[1]["s=".Length..]);
        int iterations = int.Parse(fields[2]["i=".Length..], CultureInfo.InvariantCulture);
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA512, 64);
        byte[] clientKey = HMACSHA512.HashData(salted, "Client Key"u8);
        _serverKey = HMACSHA512.HashData(salted, "Server Key"u8);
        string withoutProof = $"c={Convert.ToBase64String(Encoding.UTF8.GetBytes(header))},{fields[0]}";
        _exchange = Encoding.UTF8.GetBytes($"{Bare},{Encoding.UTF8.GetString(challenge)},{withoutProof}");
        byte[] signature = HMACSHA512.HashData(SHA512.HashData(clientKey), _exchange);
        byte[] proof = [.. clientKey.Zip(signature, (key, mask) => (byte)(key ^ mask))];
        return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }

    /// <summary>What a server that knows the password says to that, server-final-message.</summary>
    public byte[] ServerFinal =>
        Encoding.UTF8.GetBytes("v=" + Convert.ToBase64String(HMACSHA512.HashData(_serverKey, _exchange)));

    private static string Escape(string name) =>
        name.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);
}
