using System.IO.Enumeration;

namespace Broker.Admin;

/// <summary>
/// What a list is searched with, without regard to case: a part of a text, or a whole text with <c>*</c> for any characters and
/// <c>?</c> for one.
/// </summary>
internal sealed class TextFilter(string text)
{
    private readonly bool _isPattern = text.AsSpan().ContainsAny('*', '?');

    /// <summary>The filter of a query; null: there is none.</summary>
    public static TextFilter? Of(string? text) => string.IsNullOrEmpty(text) ? null : new TextFilter(text);

    /// <summary>Whether a text has it.</summary>
    public bool Matches(string? candidate) => candidate is not null && (_isPattern
        ? FileSystemName.MatchesSimpleExpression(text, candidate, ignoreCase: true)
        : candidate.Contains(text, StringComparison.OrdinalIgnoreCase));
}
