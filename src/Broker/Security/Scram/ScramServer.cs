using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Broker.Protocol;

namespace Broker.Security.Scram;

/// <summary>How an exchange ended. Both null: the proof is not that of the password.</summary>
/// <param name="ServerFinal">The server's last message, which proves that it knows the password.</param>
/// <param name="Fault">What was wrong with the client's message.</param>
internal readonly record struct ScramResult(byte[]? ServerFinal, Fault? Fault);

/// <summary>
/// The server's half of one exchange of SCRAM-SHA-512 (RFC 5802, with the hash of RFC 7677 exchanged for SHA-512). No I/O; each
/// step is a few HMACs.
/// </summary>
internal sealed class ScramServer
{
    /// <summary>The name of the method in MQTT.</summary>
    public const string Method = "SCRAM-SHA-512";

    // 24 characters of base64: 144 bits that nobody can guess.
    private const int NonceBytes = 18;

    private readonly ScramClientFirst _first;
    private readonly string _nonce;
    private readonly string _challenge;

    /// <summary>Begins an exchange with a nonce of its own.</summary>
    public ScramServer(ScramClientFirst first, ScramCredential credential)
        : this(first, credential, Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes)))
    {
    }

    /// <summary>For tests: the same with a given half of the nonce.</summary>
    internal ScramServer(ScramClientFirst first, ScramCredential credential, string serverNonce)
    {
        _first = first;
        _nonce = first.Nonce + serverNonce;
        _challenge = string.Create(CultureInfo.InvariantCulture, $"r={_nonce},s={credential.Salt},i={credential.Iterations}");
    }

    /// <summary>The server's first message.</summary>
    public byte[] Challenge => Encoding.ASCII.GetBytes(_challenge);

    /// <summary>Judges the client's last message. Once.</summary>
    /// <param name="message">What came.</param>
    /// <param name="credential">
    /// What the user proves now: a password that was changed, or a user who was removed, since the challenge proves nothing.
    /// </param>
    public ScramResult Finish(ReadOnlySpan<byte> message, ScramCredential credential)
    {
        if (!ScramClientFinal.TryParse(message, _first.Header, _nonce, out ScramClientFinal? final, out Fault? fault))
            return new(null, fault);
        byte[] exchange = Encoding.UTF8.GetBytes($"{_first.Bare},{_challenge},{final.WithoutProof}");
        if (!credential.IsProvedBy(final.Proof.Span, exchange)) return default;
        return new(Encoding.ASCII.GetBytes("v=" + credential.Sign(exchange)), null);
    }
}
