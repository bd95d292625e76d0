using System.Text;
using Broker.Configuration;
using Broker.Protocol.Topics;

namespace Broker.Security;

/// <summary>
/// What one client may read and write by an access list: its own lines, then the patterns with its names in place. Immutable, and
/// the same object for as long as nothing about it changes, so that whoever keeps a decision keeps the object it came from and
/// sees by that whether it still holds. Asking allocates nothing and may be done under a lock.
/// </summary>
internal sealed class ClientAccess
{
    private readonly AclFile _file;
    private readonly AclNames _names;
    private readonly AclRuleSet? _own;
    private readonly GrantedRules? _grantedRules;
    private readonly AclRuleSet? _granted;
    private readonly string?[] _patterns;
    private readonly bool _hasWildcardInName;

    /// <param name="file">The list.</param>
    /// <param name="names">How names are put into patterns.</param>
    /// <param name="userName">Null: none.</param>
    /// <param name="clientId">Client id.</param>
    /// <param name="granted">More lines of its own, by what let it in; null: none.</param>
    public ClientAccess(AclFile file, AclNames names, string? userName, string clientId, GrantedRules? granted = null)
    {
        (_file, _names, UserName, ClientId) = (file, names, userName, clientId);
        _own = file.Anonymous;
        if (userName is not null) file.TryFind(userName, out _own);
        _hasWildcardInName = HasWildcard(userName) || HasWildcard(clientId);
        _patterns = file.Patterns.IsEmpty || _hasWildcardInName ? [] : [.. file.Patterns.Select(rule => FilterOf(rule, names))];
        if (granted is null) return;
        _grantedRules = granted;
        _granted = new AclRuleSet([.. granted.Rules.Select(WithNames).OfType<AclRule>()]);
    }

    /// <summary>Null: none.</summary>
    public string? UserName { get; }

    /// <summary>Client id.</summary>
    public string ClientId { get; }

    /// <summary>Another list that speaks for this client as well, where it is not known which one does; null: none.</summary>
    public ClientAccess? Alternative { get; init; }

    /// <summary>Whether one of the listeners that it may have come by has no list.</summary>
    public bool ReadsEverything { get; init; }

    /// <summary>Whether messages of a topic may be delivered.</summary>
    public bool MayRead(string topic) =>
        ReadsEverything || Decide(topic, AclAccess.Read).IsAllowed || Alternative?.MayRead(topic) == true;

    /// <summary>Whether the client may publish to a topic. Where several lists might speak for it, all must allow it.</summary>
    public bool MayWrite(string topic) =>
        Decide(topic, AclAccess.Write).IsAllowed && Alternative?.MayWrite(topic) != false;

    /// <summary>Decides and says by what.</summary>
    /// <param name="topic">A topic name, mount point included.</param>
    /// <param name="wanted">Read or Write.</param>
    public AccessDecision Decide(string topic, AclAccess wanted)
    {
        if (FindOwn(topic, wanted) is { } own)
            return new AccessDecision(own.Access != AclAccess.Deny, AccessBasis.OwnLine, own);
        if (_hasWildcardInName && !_file.Patterns.IsEmpty) return new AccessDecision(false, AccessBasis.WildcardInName);
        for (int i = 0; i < _patterns.Length; i++)
        {
            AclRule rule = _file.Patterns[i];
            if (_patterns[i] is { } filter && rule.Decides(wanted) && TopicFilter.Matches(filter, topic))
                return new AccessDecision(rule.Access != AclAccess.Deny, AccessBasis.PatternLine, rule);
        }
        return new AccessDecision(false, AccessBasis.NoLine);
    }

    /// <summary>Whether two clients may do the same for the same reasons. Null stands for no list.</summary>
    public static bool AreSame(ClientAccess? one, ClientAccess? other)
    {
        if (one is null || other is null) return one is null && other is null;
        return one._file == other._file && one._names == other._names
            && one.UserName == other.UserName && one.ClientId == other.ClientId
            && one.ReadsEverything == other.ReadsEverything
            && Equals(one._grantedRules, other._grantedRules)
            && AreSame(one.Alternative, other.Alternative);
    }

    // Both kinds of own lines are one section: what is denied in one of them is not given by the other.
    private AclRule? FindOwn(string topic, AclAccess wanted)
    {
        AclRule? own = _own?.Find(topic, wanted);
        if (_granted is null || own?.Access == AclAccess.Deny) return own;
        AclRule? granted = _granted.Find(topic, wanted);
        return granted?.Access == AclAccess.Deny ? granted : own ?? granted;
    }

    // Of what a token or a service gives. A name with a wildcard in it would make other topics of a pattern.
    private AclRule? WithNames(AclRule rule)
    {
        if (!rule.IsPattern) return rule;
        return !_hasWildcardInName && FilterOf(rule, AclNames.OneLevel) is { } filter ? rule with { Filter = filter } : null;
    }

    // The filter of a pattern for this client; null: it is none of its patterns.
    private string? FilterOf(AclRule rule, AclNames names)
    {
        bool usesUser = rule.Filter.Contains("%u", StringComparison.Ordinal);
        if (usesUser && UserName is null) return null;
        string filter = PutNames(rule.Filter);
        if (rule.Access == AclAccess.Deny || names == AclNames.Any) return filter;
        // A slash would reach into levels that are others', a dollar sign into the broker's own.
        bool usesClient = rule.Filter.Contains("%c", StringComparison.Ordinal);
        bool isWider = (usesUser && UserName!.Contains('/', StringComparison.Ordinal))
            || (usesClient && ClientId.Contains('/', StringComparison.Ordinal))
            || (filter.StartsWith('$') && !rule.Filter.StartsWith('$'));
        return isWider ? null : filter;
    }

    // In one go: a name that holds '%u' stays as it is.
    private string PutNames(string filter)
    {
        var text = new StringBuilder(filter.Length + 16);
        for (int i = 0; i < filter.Length; i++)
        {
            char name = filter[i] == '%' && i + 1 < filter.Length ? filter[i + 1] : '\0';
            if (name is not ('c' or 'u'))
            {
                text.Append(filter[i]);
                continue;
            }
            text.Append(name == 'c' ? ClientId : UserName);
            i++;
        }
        return text.ToString();
    }

    private static bool HasWildcard(string? name) => name.AsSpan().ContainsAny('+', '#');
}
