using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Broker.Diagnostics;

namespace Broker.Security;

/// <summary>One thing wrong with a password file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">Counted from 1; 0 when the file as a whole is meant.</param>
/// <param name="Text">A sentence without the place.</param>
internal readonly record struct PasswordFileError(string Path, int Line, string Text)
{
    /// <summary>True when the file could not be opened (mosquitto exits with 13), false when its content is broken (3).</summary>
    public bool IsUnreadable => Line == 0;

    /// <inheritdoc/>
    public override string ToString() =>
        Line == 0 ? Text : string.Create(CultureInfo.InvariantCulture, $"{Path}:{Line}: {Text}");
}

/// <summary>The outcome of a load: the file when <paramref name="Errors"/> is empty, else every error there is.</summary>
internal readonly record struct PasswordFileResult(PasswordFile? File, ImmutableArray<PasswordFileError> Errors);

/// <summary>
/// The users of a mosquitto <c>password_file</c>. A line is <c>USER:HASH</c>; lines that begin with <c>#</c> or have no colon are
/// skipped; whatever follows a second colon is not looked at. One broken line makes the load fail, as in mosquitto 2.1.
/// Where <c>allow_plain_text_passwords</c> says so, a line may be <c>USER:PASSWORD</c> to its end: only a hash of it is kept.
/// Immutable.
/// </summary>
internal sealed class PasswordFile
{
    private const int PlainTextSaltBytes = 12;

    // A password in plain text has the same hash each time that this process reads it: a reload sees that it has not changed.
    private static readonly byte[] PlainTextSaltKey = RandomNumberGenerator.GetBytes(32);

    private readonly FrozenDictionary<string, PasswordHash> _byUser;
    private readonly ImmutableArray<PasswordHash> _scramHashes;

    private PasswordFile(Dictionary<string, PasswordHash> byUser)
    {
        _byUser = byUser.ToFrozenDictionary(StringComparer.Ordinal);
        _scramHashes = [.. byUser.Values.Where(hash => hash.Kind == PasswordHashKind.Sha512Pbkdf2)];
    }

    /// <summary>How many users there are.</summary>
    public int Count => _byUser.Count;

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="acceptsPlainText">Whether a password may stand where a hash is expected. Each takes 1 ms or so.</param>
    public static PasswordFileResult Load(string path, bool acceptsPlainText = false)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new(null, [new(path, 0, FileTrouble.Describe("password file", path, error))]);
        }
        return Parse(path, content, acceptsPlainText);
    }

    /// <summary>Reads the bytes of a file; <paramref name="path"/> is for the errors only.</summary>
    internal static PasswordFileResult Parse(string path, ReadOnlySpan<byte> content, bool acceptsPlainText = false)
    {
        Dictionary<string, PasswordHash> byUser = new(StringComparer.Ordinal);
        ImmutableArray<PasswordFileError>.Builder errors = ImmutableArray.CreateBuilder<PasswordFileError>();
        ReadOnlySpan<byte> rest = content.StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content;
        for (int number = 1; !rest.IsEmpty; number++)
        {
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (ReadLine(line, byUser, acceptsPlainText) is { } error) errors.Add(new(path, number, error));
        }
        return errors.Count == 0 ? new(new PasswordFile(byUser), []) : new(null, errors.ToImmutable());
    }

    /// <summary>Finds the hash of a user. Names are compared byte for byte.</summary>
    public bool TryFind(string userName, [NotNullWhen(true)] out PasswordHash? hash) => _byUser.TryGetValue(userName, out hash);

    /// <summary>
    /// Somebody else's hash to compute for a name that is not in the file, so that the time of the answer does not tell which
    /// names
    /// are. The same name gets the same one, as a known name would. The file must not be empty.
    /// </summary>
    public PasswordHash DecoyFor(string userName) => SomeOf(_byUser.Values, userName);

    /// <summary>
    /// The hash that a challenge of SCRAM for a name without one resembles in iterations and length of salt; null: nobody here
    /// has one.
    /// </summary>
    public PasswordHash? ScramModelFor(string userName) => _scramHashes.IsEmpty ? null : SomeOf(_scramHashes, userName);

    // String hashes are seeded anew in each process, so a stranger cannot choose which.
    private static PasswordHash SomeOf(ImmutableArray<PasswordHash> hashes, string userName) =>
        hashes[(int)((uint)userName.GetHashCode(StringComparison.Ordinal) % (uint)hashes.Length)];

    private static string? ReadLine(ReadOnlySpan<byte> line, Dictionary<string, PasswordHash> byUser, bool acceptsPlainText)
    {
        if (line.StartsWith("#"u8) || !line.Contains((byte)':')) return null;
        if (!Utf8.IsValid(line)) return "The line is not UTF-8.";
        string[] fields = Encoding.UTF8.GetString(line).Split(':', 2);
        string userName = fields[0].Trim();
        string rest = fields[1].Trim();
        if (userName.Length == 0) return "There is no user name before the colon.";
        if (rest.Length == 0) return $"User '{userName}' has no password hash.";
        PasswordHashResult result = acceptsPlainText && !LooksHashed(rest)
            ? new(HashPlainText(userName, rest), null)
            : PasswordHash.Parse(rest.Split(':')[0].Trim());
        if (result.Hash is null) return $"The password of user '{userName}' {result.Error}.";
        return byUser.TryAdd(userName, result.Hash) ? null : $"User '{userName}' is in the file a second time.";
    }

    // $KIND$: a hash of a kind that is not known is an error, and not the password of somebody who pasted it.
    private static bool LooksHashed(string text) => text[0] == '$' && text.IndexOf('$', 1) > 1;

    private static PasswordHash HashPlainText(string userName, string password)
    {
        byte[] salt = HMACSHA256.HashData(PlainTextSaltKey, Encoding.UTF8.GetBytes($"{userName}:{password}"));
        return PasswordHash.Create(
            PasswordHashKind.Sha512Pbkdf2, Encoding.UTF8.GetBytes(password), salt.AsSpan(0, PlainTextSaltBytes).ToArray());
    }
}
