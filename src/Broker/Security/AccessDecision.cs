namespace Broker.Security;

/// <summary>What an access decision rests on.</summary>
internal enum AccessBasis
{
    /// <summary>There is no access list: everything is allowed.</summary>
    NoList,
    /// <summary>A line of the client's own section.</summary>
    OwnLine,
    /// <summary>A <c>pattern</c> line.</summary>
    PatternLine,
    /// <summary>User name or client id has a wildcard in it: no pattern is looked at.</summary>
    WildcardInName,
    /// <summary>No line gives it.</summary>
    NoLine,
    /// <summary>The topic is the broker's own: nobody publishes there.</summary>
    BrokerTopic,
}

/// <summary>Whether a client may, and why.</summary>
/// <param name="IsAllowed">Whether.</param>
/// <param name="Basis">What decided.</param>
/// <param name="Rule">The line that decided; null: none.</param>
internal readonly record struct AccessDecision(bool IsAllowed, AccessBasis Basis, AclRule? Rule = null)
{
    /// <summary>Why, for people: the line, or why there is none.</summary>
    public string Reason => Basis switch
    {
        AccessBasis.NoList => "there is no access list",
        AccessBasis.WildcardInName => "a user name or client id with + or # gets nothing from patterns",
        AccessBasis.NoLine => "no line gives it",
        AccessBasis.BrokerTopic => "the topic is the broker's own",
        _ => $"{Rule!.Place}: {Rule}",
    };
}

/// <summary>Decisions with all that is decided beside the lists.</summary>
internal static class AccessDecisions
{
    /// <summary>Decides about a topic that may be the broker's own.</summary>
    /// <param name="access">What the client may do; null: everything.</param>
    /// <param name="topic">A topic name, mount point included.</param>
    /// <param name="wanted">Read or Write.</param>
    public static AccessDecision Of(ClientAccess? access, string topic, AclAccess wanted)
    {
        if (wanted == AclAccess.Write && IsOfServer(topic)) return new AccessDecision(false, AccessBasis.BrokerTopic);
        return access?.Decide(topic, wanted) ?? new AccessDecision(true, AccessBasis.NoList);
    }

    /// <summary>
    /// Whether a topic is one of the broker's own, or looks like a shared subscription: no client publishes there.
    /// </summary>
    public static bool IsOfServer(string topic) =>
        topic.StartsWith('$')
        && (topic.StartsWith("$SYS", StringComparison.Ordinal) || topic.StartsWith("$share", StringComparison.Ordinal));
}
