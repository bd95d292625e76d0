namespace Broker.UnitTests.Repository;

/// <summary>
/// Blanks out what is not code in C#: comments and the contents of string and character literals. Braces, keywords and
/// names that remain are really code, so that rules can be plain pattern matches. Code inside the holes of interpolated
/// strings stays.
/// </summary>
internal sealed class CodeMask
{
    private readonly string _text;
    private readonly char[] _masked;
    private int _at;

    private CodeMask(string text)
    {
        _text = text;
        _masked = text.ToCharArray();
    }

    /// <summary>The text with everything but code replaced by blanks; length and line ends are kept.</summary>
    public static string Apply(string text)
    {
        var mask = new CodeMask(text);
        mask.Code(holeBraces: 0);
        return new string(mask._masked);
    }

    /// <summary>Skips code up to the end, or up to the closing braces of an interpolation hole.</summary>
    private void Code(int holeBraces)
    {
        int depth = 0;
        while (_at < _text.Length)
        {
            if (Starts("//")) BlankUntil("\n");
            else if (Starts("/*")) BlankThrough("*/");
            else if (_text[_at] == '\'') Character();
            else if (TryLiteral()) continue;
            else if (holeBraces > 0 && _text[_at] == '{') { depth++; _at++; }
            else if (holeBraces > 0 && _text[_at] == '}')
            {
                if (depth == 0) return;
                depth--;
                _at++;
            }
            else _at++;
        }
    }

    /// <summary>A string literal with its prefixes: any order of $ and @, then one, three or more quotes.</summary>
    private bool TryLiteral()
    {
        int at = _at;
        int dollars = 0;
        bool isVerbatim = false;
        while (at < _text.Length && _text[at] is '$' or '@')
        {
            if (_text[at] == '$') dollars++;
            else isVerbatim = true;
            at++;
        }
        int quotes = 0;
        while (at + quotes < _text.Length && _text[at + quotes] == '"') quotes++;
        if (quotes == 0) return false;
        bool isRaw = quotes >= 3 && !isVerbatim;
        if (isRaw)
        {
            _at = at + quotes;
            Contents(dollars, new string('"', quotes), isVerbatim: true, isRaw: true);
        }
        else
        {
            _at = at + 1;
            Contents(Math.Min(dollars, 1), "\"", isVerbatim, isRaw: false);
        }
        return true;
    }

    private void Contents(int dollars, string end, bool isVerbatim, bool isRaw)
    {
        while (_at < _text.Length)
        {
            if (!isRaw && isVerbatim && Starts("\"\"")) Blank(2);
            else if (!isVerbatim && _text[_at] == '\\') Blank(2);
            else if (Starts(end)) { _at += end.Length; return; }
            else if (!isVerbatim && _text[_at] == '\n') return; // An unfinished literal: the compiler says so.
            else if (dollars > 0 && _text[_at] == '{') Hole(dollars, isRaw);
            else Blank(1);
        }
    }

    private void Hole(int dollars, bool isRaw)
    {
        int braces = 0;
        while (_at + braces < _text.Length && _text[_at + braces] == '{') braces++;
        if (isRaw ? braces < dollars : braces % 2 == 0)
        {
            Blank(braces);
            return;
        }
        Blank(braces);
        Code(dollars);
        Blank(dollars);
    }

    private void Character()
    {
        _at++;
        while (_at < _text.Length && _text[_at] is not ('\'' or '\n'))
            Blank(_text[_at] == '\\' ? 2 : 1);
        _at++;
    }

    private bool Starts(string token) => string.CompareOrdinal(_text, _at, token, 0, token.Length) == 0;

    private void BlankUntil(string end)
    {
        int stop = _text.IndexOf(end, _at, StringComparison.Ordinal);
        Blank((stop < 0 ? _text.Length : stop) - _at);
    }

    private void BlankThrough(string end)
    {
        int stop = _text.IndexOf(end, _at + 2, StringComparison.Ordinal);
        Blank((stop < 0 ? _text.Length : stop + end.Length) - _at);
    }

    private void Blank(int count)
    {
        for (int end = Math.Min(_at + count, _text.Length); _at < end; _at++)
            if (_masked[_at] is not ('\n' or '\r'))
                _masked[_at] = ' ';
    }
}
