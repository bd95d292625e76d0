using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Broker.Diagnostics;

namespace Broker.Security;

/// <summary>One remark about an access list.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">From 1; 0 when the file as a whole is meant.</param>
/// <param name="Column">From 1, in characters; 0 with line 0.</param>
/// <param name="Text">A sentence without the place.</param>
internal readonly record struct AclFileRemark(string Path, int Line, int Column, string Text)
{
    /// <summary>True when the file could not be opened (exit status 13), false when its content is wrong (3).</summary>
    public bool IsUnreadable => Line == 0;

    /// <inheritdoc/>
    public override string ToString() =>
        Line == 0 ? Text : string.Create(CultureInfo.InvariantCulture, $"{Path}:{Line}:{Column}: {Text}");
}

/// <summary>The outcome of a load: the file when <paramref name="Errors"/> is empty, else every error there is.</summary>
/// <param name="File">The list.</param>
/// <param name="Errors">What the broker does not start with.</param>
/// <param name="Warnings">What is likely not meant so.</param>
internal readonly record struct AclFileResult(
    AclFile? File, ImmutableArray<AclFileRemark> Errors, ImmutableArray<AclFileRemark> Warnings);

/// <summary>A mosquitto <c>acl_file</c>: who may read and write which topics. Immutable.</summary>
internal sealed class AclFile
{
    /// <summary>No line: nothing is given.</summary>
    public static readonly AclFile Empty = new("", [], new Dictionary<string, List<AclRule>>(), []);

    private readonly FrozenDictionary<string, AclRuleSet> _byUser;

    /// <param name="path">Where it was read.</param>
    /// <param name="anonymous">Lines before any <c>user</c>: for clients without a user name.</param>
    /// <param name="byUser">The lines of each user.</param>
    /// <param name="patterns">For every client.</param>
    public AclFile(
        string path, IReadOnlyCollection<AclRule> anonymous, IReadOnlyDictionary<string, List<AclRule>> byUser,
        IEnumerable<AclRule> patterns)
    {
        Path = path;
        Anonymous = new AclRuleSet(anonymous);
        _byUser = byUser.ToFrozenDictionary(pair => pair.Key, pair => new AclRuleSet(pair.Value), StringComparer.Ordinal);
        Patterns = [.. AclRuleSet.DenyFirst(patterns)];
    }

    /// <summary>Where it was read.</summary>
    public string Path { get; }

    /// <summary>For clients without a user name.</summary>
    public AclRuleSet Anonymous { get; }

    /// <summary>For every client, <c>deny</c> first.</summary>
    public ImmutableArray<AclRule> Patterns { get; }

    /// <summary>The users that have lines.</summary>
    public IEnumerable<string> Users => _byUser.Keys;

    /// <summary>Reads a file, through symbolic links.</summary>
    public static AclFileResult Load(string path)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new(null, [new(path, 0, 0, FileTrouble.Describe("acl_file", path, error))], []);
        }
        return AclFileReader.Read(path, content);
    }

    /// <summary>The lines of a user, if there are any. Names are compared character for character.</summary>
    public bool TryFind(string userName, [NotNullWhen(true)] out AclRuleSet? rules) => _byUser.TryGetValue(userName, out rules);
}
