namespace Broker.Security.Jwt;

/// <summary>Tells tokens from passwords.</summary>
internal static class JwtShape
{
    /// <summary>
    /// Whether it looks like a token, so that tokens decide about it and nothing else does: three parts in base64url, the first
    /// of which is a JSON object. A signature may be missing: then it is a bad token, and no password.
    /// </summary>
    public static bool IsToken(ReadOnlySpan<byte> password)
    {
        // '{' and what follows it in a JSON header.
        if (!password.StartsWith("ey"u8) && !password.StartsWith("ew"u8)) return false;
        int dots = 0;
        foreach (byte one in password)
        {
            if (one == '.') dots++;
            else if (!char.IsAsciiLetterOrDigit((char)one) && one is not ((byte)'-' or (byte)'_')) return false;
        }
        return dots == 2;
    }
}
