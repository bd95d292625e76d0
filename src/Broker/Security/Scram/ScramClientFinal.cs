using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Broker.Protocol;

namespace Broker.Security.Scram;

/// <summary>The second message of a client (RFC 5802 section 7, client-final-message).</summary>
/// <param name="WithoutProof">What precedes the proof, as it came.</param>
/// <param name="Proof">The proof, of 64 bytes.</param>
internal sealed record ScramClientFinal(string WithoutProof, ReadOnlyMemory<byte> Proof)
{
    private const string ProofName = ",p=";

    /// <summary>Reads the message, which must belong to this exchange.</summary>
    /// <param name="message">What came.</param>
    /// <param name="header">The GS2 header of the first message.</param>
    /// <param name="nonce">The whole nonce.</param>
    /// <param name="final">The message; null on failure.</param>
    /// <param name="fault">Why it was refused.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> message, string header, string nonce,
        [NotNullWhen(true)] out ScramClientFinal? final, [NotNullWhen(false)] out Fault? fault)
    {
        final = null;
        if (!ScramText.TryDecode(message, out string? text, out fault)) return false;
        // c=BASE64 of the GS2 header | r=NONCE [| extensions] | p=PROOF
        int proofAt = text.LastIndexOf(ProofName, StringComparison.Ordinal);
        string withoutProof = proofAt < 0 ? text : text[..proofAt];
        string[] fields = withoutProof.Split(',');
        if (fields[0] != "c=" + Convert.ToBase64String(Encoding.ASCII.GetBytes(header))) fault = ScramFaults.HeaderChanged;
        else if (fields.Length < 2 || fields[1] != "r=" + nonce) fault = ScramFaults.NonceChanged;
        else fault = ScramText.CheckExtensions(fields.AsSpan(2));
        if (fault is not null) return false;
        byte[] proof = new byte[SHA512.HashSizeInBytes];
        if (proofAt < 0 || !TryReadProof(text.AsSpan(proofAt + ProofName.Length), proof)) fault = ScramFaults.ProofInvalid;
        else final = new ScramClientFinal(withoutProof, proof);
        return final is not null;
    }

    private static bool TryReadProof(ReadOnlySpan<char> text, Span<byte> proof) =>
        Convert.TryFromBase64Chars(text, proof, out int length) && length == proof.Length;
}
