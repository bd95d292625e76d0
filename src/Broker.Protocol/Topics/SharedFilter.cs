using System.Diagnostics.CodeAnalysis;

namespace Broker.Protocol.Topics;

/// <summary>The filter of a shared subscription, <c>$share/NAME/FILTER</c> (MQTT 5.0 section 4.8.2).</summary>
public static class SharedFilter
{
    private const string Prefix = "$share/";

    /// <summary>True when <paramref name="filter"/> asks for a shared subscription, rightly formed or not.</summary>
    /// <param name="filter">The filter as it came.</param>
    public static bool IsShared(ReadOnlySpan<char> filter) => filter.StartsWith(Prefix);

    /// <summary>Takes a shared filter apart; false when it is none or is not well formed.</summary>
    /// <param name="filter">The filter as it came.</param>
    /// <param name="shareName">NAME: not empty, no wildcard.</param>
    /// <param name="topicFilter">FILTER: not empty; its wildcards are not looked at.</param>
    public static bool TryParse(
        string filter, [NotNullWhen(true)] out string? shareName, [NotNullWhen(true)] out string? topicFilter)
    {
        bool isShared = TrySplit(filter, out ReadOnlySpan<char> name, out ReadOnlySpan<char> rest);
        shareName = isShared ? name.ToString() : null;
        topicFilter = isShared ? rest.ToString() : null;
        return isShared;
    }

    internal static bool TrySplit(ReadOnlySpan<char> filter, out ReadOnlySpan<char> shareName, out ReadOnlySpan<char> topicFilter)
    {
        shareName = default;
        topicFilter = default;
        if (!IsShared(filter))
        {
            return false;
        }

        ReadOnlySpan<char> rest = filter[Prefix.Length..];
        int separator = rest.IndexOf('/');
        if (separator <= 0 || separator == rest.Length - 1 || rest[..separator].ContainsAny('+', '#'))
        {
            return false;
        }

        shareName = rest[..separator];
        topicFilter = rest[(separator + 1)..];
        return true;
    }
}
