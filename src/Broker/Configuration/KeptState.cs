using System.Collections.Immutable;
using System.IO.Enumeration;

namespace Broker.Configuration;

/// <summary>Kinds of state that the store can have.</summary>
[Flags]
internal enum KeptKinds : byte
{
    /// <summary>None of it.</summary>
    None = 0,
    /// <summary>Retained messages.</summary>
    Retained = 1,
    /// <summary>Sessions that outlive their connection: subscriptions, wills, QoS 2 packet ids that were received.</summary>
    Sessions = 2,
    /// <summary>Messages that such sessions wait for or have not acknowledged.</summary>
    Queues = 4,
    /// <summary>All of it.</summary>
    All = Retained | Sessions | Queues,
}

/// <summary>A line <c>persistence_user</c>.</summary>
/// <param name="Pattern">A user name, in which * stands for any characters and ? for one.</param>
/// <param name="Kinds">What is kept for such users.</param>
internal sealed record KeptUser(string Pattern, KeptKinds Kinds)
{
    // A backslash, as in the name of a domain, stands for itself.
    private readonly string _expression = Pattern.Replace(@"\", @"\\", StringComparison.Ordinal);

    /// <summary>Whether it is about a user.</summary>
    public bool Fits(string userName) => FileSystemName.MatchesSimpleExpression(_expression, userName, ignoreCase: false);
}

/// <summary>
/// Which state is committed and survives the process, by kind and by user. What is not kept works as with
/// <c>persistence false</c>.
/// </summary>
internal sealed record KeptState
{
    /// <summary>Everything, for everybody.</summary>
    public static readonly KeptState Everything = new();

    /// <summary><c>persistence_kinds</c>, ours. For users that no line names, and clients without a name. Default all.</summary>
    public KeptKinds Kinds { get; init; } = KeptKinds.All;

    /// <summary><c>persistence_user</c>, ours, in the order of the file. Default none.</summary>
    public ImmutableArray<KeptUser> Users { get; init; } = [];

    /// <summary>Whether nothing is left out for anybody.</summary>
    public bool IsEverything => Kinds == KeptKinds.All && Users.All(static user => user.Kinds == KeptKinds.All);

    /// <summary>What is kept for a user: the first line that fits.</summary>
    /// <param name="userName">Who, or null.</param>
    public KeptKinds Of(string? userName)
    {
        if (userName is null) return Kinds;
        foreach (KeptUser user in Users)
        {
            if (user.Fits(userName)) return user.Kinds;
        }
        return Kinds;
    }

    /// <summary>As the lines of a file, to compare and to show.</summary>
    public override string ToString() => string.Join(
        "; ", Users.Select(static user => $"{user.Pattern}: {TextOf(user.Kinds)}").Prepend(TextOf(Kinds)));

    private static string TextOf(KeptKinds kinds) => kinds switch
    {
        KeptKinds.All => "all",
        KeptKinds.None => "none",
        _ => kinds.ToString().ToLowerInvariant(),
    };
}
