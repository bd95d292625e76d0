using System.Security.Cryptography;
using System.Text;
using Broker.Diagnostics;
using Broker.Security;

namespace Broker.Admin;

/// <summary>Who may use an <c>admin_listener</c>, by the tokens of its file. Immutable.</summary>
internal sealed class AdminTokens
{
    /// <summary>A token that is shorter can be guessed.</summary>
    public const int CharactersMin = 16;

    private const string ReadMark = ":read";

    private readonly (AdminIdentity Owner, byte[] Hash)[] _tokens;

    private AdminTokens((AdminIdentity, byte[])[] tokens) => _tokens = tokens;

    /// <summary>Reads the file: a line <c>NAME:TOKEN</c> each, <c>NAME:TOKEN:read</c> for one that
    /// changes nothing, or a token alone; empty lines and comments are skipped.</summary>
    /// <param name="path">The file.</param>
    /// <param name="errors">Takes what is wrong, a sentence each. No token is in one.</param>
    /// <returns>Null when there are errors.</returns>
    public static AdminTokens? Load(string path, List<PasswordFileError> errors)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            errors.Add(new PasswordFileError(path, 0, FileTrouble.Describe("admin_token_file", path, broken)));
            return null;
        }
        int before = errors.Count;
        List<(AdminIdentity, byte[])> tokens = [];
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            (string name, string token) = colon < 0 ? ("admin", line) : (line[..colon], line[(colon + 1)..]);
            bool mayChange = !token.EndsWith(ReadMark, StringComparison.Ordinal);
            if (!mayChange) token = token[..^ReadMark.Length];
            if (token.Length < CharactersMin)
            {
                errors.Add(new PasswordFileError(
                    path, i + 1, $"this token is too short: {CharactersMin} characters at least: openssl rand -base64 24."));
            }
            tokens.Add((new AdminIdentity(name, mayChange), HashOf(token)));
        }
        if (tokens.Count == 0)
            errors.Add(new PasswordFileError(path, 1, "there is no token in this file: write a line NAME:TOKEN."));
        return errors.Count == before ? new AdminTokens([.. tokens]) : null;
    }

    /// <summary>Whose token it is that an Authorization header carries; null: nobody's.</summary>
    /// <param name="authorization"><c>Bearer TOKEN</c>, or <c>Basic</c> with the token as the password.</param>
    public AdminIdentity? FindOwner(string? authorization)
    {
        if (TokenIn(authorization) is not { } given) return null;
        byte[] hash = HashOf(given);
        AdminIdentity? owner = null;
        // All of them are compared, so that the time says nothing.
        foreach ((AdminIdentity candidate, byte[] known) in _tokens)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, known)) owner = candidate;
        }
        return owner;
    }

    private static string? TokenIn(string? authorization)
    {
        const string Bearer = "Bearer ";
        const string Basic = "Basic ";
        if (authorization is null) return null;
        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return authorization[Bearer.Length..].Trim();
        if (!authorization.StartsWith(Basic, StringComparison.OrdinalIgnoreCase)) return null;
        Span<byte> bytes = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization[Basic.Length..].Trim(), bytes, out int length)) return null;
        string pair = Encoding.UTF8.GetString(bytes[..length]);
        return pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
