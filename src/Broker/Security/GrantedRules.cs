using System.Collections.Immutable;
using System.Text.Json;
using Broker.Protocol.Topics;

namespace Broker.Security;

/// <summary>
/// Lines of an access list that a token or a service gives to one client. They count as lines of the client's own section.
/// Immutable; equal when they say the same.
/// </summary>
/// <remarks>
/// An object: <c>{"pub": [FILTER...], "sub": [...], "all": [...], "deny": [...]}</c>; or a list of lines as in <c>acl_file</c>:
/// <c>"read FILTER"</c>, <c>"write FILTER"</c>, <c>"readwrite FILTER"</c>, <c>"deny FILTER"</c>; or of objects:
/// <c>{"permission": "allow", "action": "publish", "topic": FILTER}</c>. What is not understood makes the whole an error, since
/// a line that forbids must not be passed over.
/// </remarks>
internal sealed class GrantedRules : IEquatable<GrantedRules>
{
    /// <summary>None: nothing is granted.</summary>
    public static readonly GrantedRules Empty = new([]);

    private GrantedRules(ImmutableArray<AclRule> rules) => Rules = rules;

    /// <summary>Patterns where they have <c>%c</c> or <c>%u</c> in them.</summary>
    public ImmutableArray<AclRule> Rules { get; }

    /// <summary>Reads them.</summary>
    /// <param name="value">What was given.</param>
    /// <param name="source">Where, for people who ask what allowed or forbade something.</param>
    /// <param name="error">What is not understood, a clause.</param>
    public static GrantedRules? Read(JsonElement value, string source, out string? error)
    {
        List<AclRule> rules = [];
        error = value.ValueKind switch
        {
            JsonValueKind.Object => AddLists(value, source, rules),
            JsonValueKind.Array => AddItems(value, source, rules),
            _ => "it is neither an object nor a list",
        };
        return error is null ? new GrantedRules([.. rules]) : null;
    }

    /// <inheritdoc/>
    public bool Equals(GrantedRules? other) => other is not null && Rules.SequenceEqual(other.Rules);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GrantedRules);

    /// <inheritdoc/>
    public override int GetHashCode() => Rules.Length == 0 ? 0 : HashCode.Combine(Rules.Length, Rules[0]);

    private static string? AddLists(JsonElement lists, string source, List<AclRule> rules)
    {
        foreach (JsonProperty list in lists.EnumerateObject())
        {
            if (AccessOf(list.Name) is not { } access) return $"'{list.Name}' is not pub, sub, all or deny";
            if (list.Value.ValueKind != JsonValueKind.Array) return $"'{list.Name}' is not a list";
            foreach (JsonElement filter in list.Value.EnumerateArray())
            {
                if (Add(access, TextOf(filter), source, rules) is { } error) return error;
            }
        }
        return null;
    }

    private static string? AddItems(JsonElement items, string source, List<AclRule> rules)
    {
        foreach (JsonElement item in items.EnumerateArray())
        {
            string? error = item.ValueKind == JsonValueKind.Object
                ? AddRule(item, source, rules)
                : AddLine(TextOf(item), source, rules);
            if (error is not null) return error;
        }
        return null;
    }

    // ACCESS FILTER
    private static string? AddLine(string? line, string source, List<AclRule> rules)
    {
        string[] words = (line ?? "").Split(' ', 2, StringSplitOptions.TrimEntries);
        return words is [var word, var filter] && AccessOf(word) is { } access
            ? Add(access, filter, source, rules)
            : $"'{line}' is not 'read', 'write', 'readwrite' or 'deny' and a filter";
    }

    private static string? AddRule(JsonElement rule, string source, List<AclRule> rules)
    {
        string? permission = null, action = null, topic = null;
        foreach (JsonProperty part in rule.EnumerateObject())
        {
            string? text = TextOf(part.Value);
            switch (part.Name)
            {
                case "permission": permission = text; break;
                case "action": action = text; break;
                case "topic": topic = text; break;
                // A condition: without it the rule would say more, or forbid less, than was meant.
                default: return $"'{part.Name}' of a rule is not supported";
            }
        }
        if (AccessOf(action) is not { } access || access == AclAccess.Deny)
            return "a rule's 'action' is publish, subscribe or all";
        if (topic?.StartsWith("eq ", StringComparison.Ordinal) == true) return "'eq' before a rule's topic is not supported";
        return (permission, access) switch
        {
            ("allow", _) => Add(access, topic, source, rules),
            ("deny", AclAccess.ReadWrite) => Add(AclAccess.Deny, topic, source, rules),
            ("deny", _) => "a rule that denies has the action all: here denying is for both",
            _ => "a rule's 'permission' is allow or deny",
        };
    }

    private static string? Add(AclAccess access, string? filter, string source, List<AclRule> rules)
    {
        if (filter is null) return "a topic is not text";
        filter = filter.Replace("${clientid}", "%c", StringComparison.Ordinal)
            .Replace("${username}", "%u", StringComparison.Ordinal);
        if (!TopicFilter.IsValid(filter)) return $"'{filter}' is not a topic filter";
        bool isPattern = filter.Contains("%c", StringComparison.Ordinal) || filter.Contains("%u", StringComparison.Ordinal);
        rules.Add(new AclRule(access, filter, isPattern, source, rules.Count + 1));
        return null;
    }

    private static AclAccess? AccessOf(string? word) => word switch
    {
        "pub" or "publish" or "write" => AclAccess.Write,
        "sub" or "subscribe" or "read" => AclAccess.Read,
        "all" or "readwrite" => AclAccess.ReadWrite,
        "deny" => AclAccess.Deny,
        _ => null,
    };

    private static string? TextOf(JsonElement value) => JsonText.TryGet(value, out string? text) ? text : null;
}
