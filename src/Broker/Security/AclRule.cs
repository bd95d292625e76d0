using System.Globalization;

namespace Broker.Security;

/// <summary>What a line of an access list gives, as bits.</summary>
[Flags]
internal enum AclAccess
{
    /// <summary><c>deny</c>: nothing, whatever other lines give.</summary>
    Deny = 0,
    /// <summary><c>read</c>: messages of these topics are delivered.</summary>
    Read = 1,
    /// <summary><c>write</c>: publishing there.</summary>
    Write = 2,
    /// <summary><c>readwrite</c>, or no word.</summary>
    ReadWrite = Read | Write,
}

/// <summary>One <c>topic</c> or <c>pattern</c> line. Immutable.</summary>
/// <param name="Access">What it gives.</param>
/// <param name="Filter">A subscription filter; of a pattern with <c>%c</c> and <c>%u</c> in it.</param>
/// <param name="IsPattern">Whether it is a <c>pattern</c> line, for every client.</param>
/// <param name="Path">The file.</param>
/// <param name="Line">From 1.</param>
internal sealed record AclRule(AclAccess Access, string Filter, bool IsPattern, string Path, int Line)
{
    /// <summary><c>FILE:LINE</c>.</summary>
    public string Place => string.Create(CultureInfo.InvariantCulture, $"{Path}:{Line}");

    /// <summary>Whether a topic that matches is thereby decided: a <c>deny</c> line decides both kinds of access.</summary>
    public bool Decides(AclAccess wanted) => Access == AclAccess.Deny || (Access & wanted) != 0;

    /// <summary>The line as it would be written.</summary>
    public override string ToString() =>
        $"{(IsPattern ? "pattern" : "topic")} {Access.ToString().ToLowerInvariant()} {Filter}";
}
