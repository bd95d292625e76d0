using System.Collections.Frozen;
using Broker.Protocol.Topics;

namespace Broker.Security;

/// <summary>
/// The <c>topic</c> lines of one user. Where lines contradict each other <c>deny</c> wins, else any line that gives the access
/// does, so their order says nothing. Immutable.
/// </summary>
internal sealed class AclRuleSet
{
    private readonly FrozenDictionary<string, AclRule[]> _exact;
    private readonly AclRule[] _wild;

    /// <param name="rules">In the order of the file.</param>
    public AclRuleSet(IReadOnlyCollection<AclRule> rules)
    {
        _exact = rules.Where(rule => !HasWildcard(rule.Filter))
            .GroupBy(rule => rule.Filter, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, DenyFirst, StringComparer.Ordinal);
        _wild = DenyFirst(rules.Where(rule => HasWildcard(rule.Filter)));
    }

    /// <summary>The line that decides, or null when none does. Allocates nothing.</summary>
    /// <param name="topic">A topic name.</param>
    /// <param name="wanted">Read or Write.</param>
    public AclRule? Find(string topic, AclAccess wanted)
    {
        AclRule? named = null;
        if (_exact.TryGetValue(topic, out AclRule[]? rules)) named = FirstDeciding(rules, wanted);
        if (named?.Access == AclAccess.Deny) return named;
        foreach (AclRule rule in _wild)
        {
            // From here on come lines that give something, and that is given already.
            if (named is not null && rule.Access != AclAccess.Deny) break;
            if (rule.Decides(wanted) && TopicFilter.Matches(rule.Filter, topic)) return rule;
        }
        return named;
    }

    /// <summary>Deny first, else in the order of the file.</summary>
    public static AclRule[] DenyFirst(IEnumerable<AclRule> rules) =>
        [.. rules.OrderBy(static rule => rule.Access == AclAccess.Deny ? 0 : 1)];

    private static AclRule? FirstDeciding(AclRule[] rules, AclAccess wanted)
    {
        foreach (AclRule rule in rules)
        {
            if (rule.Decides(wanted)) return rule;
        }
        return null;
    }

    private static bool HasWildcard(string filter) => filter.AsSpan().ContainsAny('+', '#');
}
