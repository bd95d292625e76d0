using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Broker.Security;

/// <summary>argon2id by the reference library of its authors, which .NET does not have. Absent from a machine without
/// libargon2.</summary>
internal static partial class Argon2
{
    /// <summary>What to tell an operator whose machine lacks the library.</summary>
    public const string HowToInstall =
        "That needs the library libargon2.so.1, which is not installed here: install libargon2-1 (Debian, Ubuntu), "
        + "libargon2 (Fedora) or argon2-libs (Alpine)";

    private const string Library = "libargon2.so.1";

    // What mosquitto 2.1 writes: one pass over 46 MiB in one lane.
    private const uint WrittenMemoryKib = 47104;
    private const uint WrittenPasses = 1;
    private const uint WrittenLanes = 1;
    private const int WrittenSaltBytes = 64;
    private const int WrittenHashBytes = 64;

    private const int Ok = 0;
    private const int VerifyMismatch = -35;

    private static readonly Lazy<bool> Available = new(() => NativeLibrary.TryLoad(Library, out _));

    /// <summary>True when libargon2 can be loaded. Asked once.</summary>
    public static bool IsAvailable => Available.Value;

    /// <summary>Hashes with a random salt and mosquitto 2.1's parameters. Returns the PHC text.</summary>
    public static unsafe string Hash(ReadOnlySpan<byte> password)
    {
        Span<byte> salt = stackalloc byte[WrittenSaltBytes];
        RandomNumberGenerator.Fill(salt);
        Span<byte> encoded = stackalloc byte[512];
        int code;
        fixed (byte* passwordStart = password, saltStart = salt, encodedStart = encoded)
        {
            code = argon2id_hash_encoded(
                WrittenPasses, WrittenMemoryKib, WrittenLanes, passwordStart, (nuint)password.Length,
                saltStart, WrittenSaltBytes, WrittenHashBytes, encodedStart, (nuint)encoded.Length);
        }
        if (code != Ok) throw Failed(code);
        return Encoding.ASCII.GetString(encoded[..encoded.IndexOf((byte)0)]);
    }

    /// <summary>True when <paramref name="encoded"/> is the hash of the password. The library compares in constant
    /// time.</summary>
    /// <exception cref="InvalidOperationException">The library could not compute it, for want of memory for example.</exception>
    public static unsafe bool Verify(string encoded, ReadOnlySpan<byte> password)
    {
        int code;
        fixed (byte* passwordStart = password)
        {
            code = argon2id_verify(encoded, passwordStart, (nuint)password.Length);
        }
        return code switch { Ok => true, VerifyMismatch => false, _ => throw Failed(code) };
    }

    /// <summary>True when the text is a PHC string of argon2id, version 19, whose numbers and base64 the library can
    /// read.</summary>
    public static bool IsWellFormed(string text)
    {
        string[] fields = text.Split('$');
        if (fields is not ["", "argon2id", "v=19", string parameters, string salt, string hash]) return false;
        string[] costs = parameters.Split(',');
        if (costs.Length != 3 || !HasCost(costs[0], "m=") || !HasCost(costs[1], "t=") || !HasCost(costs[2], "p=")) return false;
        // The library asks for 8 bytes of salt and 4 of hash at least.
        return Base64Length(salt) >= 8 && Base64Length(hash) >= 4;
    }

    private static bool HasCost(string field, string name) =>
        field.StartsWith(name, StringComparison.Ordinal)
        && uint.TryParse(field.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out uint cost)
        && cost > 0;

    // PHC texts have base64 without the padding that .NET's decoder wants.
    private static int Base64Length(string text)
    {
        string padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        byte[] decoded = new byte[padded.Length];
        return !text.Contains('=') && Convert.TryFromBase64String(padded, decoded, out int length) ? length : -1;
    }

    private static InvalidOperationException Failed(int code) =>
        new($"libargon2 failed with code {code.ToString(CultureInfo.InvariantCulture)}.");

    [LibraryImport(Library)]
    private static unsafe partial int argon2id_hash_encoded(
        uint passes, uint memoryKib, uint lanes, byte* password, nuint passwordLength,
        byte* salt, nuint saltLength, nuint hashLength, byte* encoded, nuint encodedLength);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int argon2id_verify(string encoded, byte* password, nuint passwordLength);
}
