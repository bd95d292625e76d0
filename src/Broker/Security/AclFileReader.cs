using System.Collections.Immutable;
using System.Text;
using System.Text.Unicode;
using Broker.Protocol.Topics;

namespace Broker.Security;

/// <summary>
/// Reads the lines of an access list as mosquitto 2.0 and 2.1 do: words are separated by spaces, the last one goes to the end of
/// the line, a comment has a line of its own. Every error is reported, not only the first.
/// </summary>
internal sealed class AclFileReader
{
    private readonly string _path;
    private readonly List<AclRule> _anonymous = [];
    private readonly Dictionary<string, List<AclRule>> _byUser = new(StringComparer.Ordinal);
    private readonly List<AclRule> _patterns = [];
    private readonly ImmutableArray<AclFileRemark>.Builder _errors = ImmutableArray.CreateBuilder<AclFileRemark>();
    private readonly ImmutableArray<AclFileRemark>.Builder _warnings = ImmutableArray.CreateBuilder<AclFileRemark>();
    private List<AclRule> _section;
    private string _text = "";
    private int _line;

    private AclFileReader(string path) => (_path, _section) = (path, _anonymous);

    /// <summary>Reads the bytes of a file; <paramref name="path"/> is for remarks and places.</summary>
    public static AclFileResult Read(string path, ReadOnlySpan<byte> content)
    {
        var reader = new AclFileReader(path);
        if (content.StartsWith(Encoding.UTF8.Preamble)) content = content[Encoding.UTF8.Preamble.Length..];
        while (!content.IsEmpty)
        {
            int end = content.IndexOf((byte)'\n');
            reader.ReadLine(end < 0 ? content : content[..end]);
            content = end < 0 ? [] : content[(end + 1)..];
        }
        if (reader._errors.Count > 0) return new(null, reader._errors.ToImmutable(), reader._warnings.ToImmutable());
        return new(
            new AclFile(path, reader._anonymous, reader._byUser, reader._patterns), [], reader._warnings.ToImmutable());
    }

    private void ReadLine(ReadOnlySpan<byte> bytes)
    {
        _line++;
        if (!Utf8.IsValid(bytes) || bytes.Contains((byte)0))
        {
            Error(0, "the line is not UTF-8 text");
            return;
        }
        _text = Encoding.UTF8.GetString(bytes).TrimEnd();
        (int start, int end) = NextWord(0);
        // mosquitto has a comment at the first column only, and stops at one further in.
        if (start == end || _text[start] == '#') return;
        switch (_text[start..end])
        {
            case "user":
                ReadUser(end);
                break;
            case "topic":
                ReadRule(end, isPattern: false);
                break;
            case "pattern":
                ReadRule(end, isPattern: true);
                break;
            case var word:
                string hint = word.Contains('\t', StringComparison.Ordinal) ? "; a tab does not separate words here" : "";
                Error(start, $"a line begins with 'user', 'topic' or 'pattern', not '{word}'{hint}");
                break;
        }
    }

    private void ReadUser(int from)
    {
        string name = _text[from..].Trim();
        if (name.Length == 0)
        {
            Error(_text.Length, "'user' without a name");
            return;
        }
        // Without lines of their own a user has none here either, as in mosquitto.
        _section = _byUser.TryGetValue(name, out List<AclRule>? known) ? known : _byUser[name] = [];
    }

    // ('topic' | 'pattern') [ACCESS] FILTER
    private void ReadRule(int from, bool isPattern)
    {
        (int start, int end) = NextWord(from);
        if (start == end)
        {
            Error(_text.Length, $"'{_text.Trim()}' without a topic");
            return;
        }
        string first = _text[start..end];
        int filterStart = start;
        AclAccess access = AclAccess.ReadWrite;
        if (end < _text.Length)
        {
            if (AccessOf(first) is not { } given)
            {
                Error(start, $"'{first}' is not an access: read, write, readwrite or deny, before a topic with spaces in it");
                return;
            }
            access = given;
            filterStart = end;
            while (char.IsWhiteSpace(_text[filterStart])) filterStart++;
        }
        else if (AccessOf(first) is not null)
        {
            Warning(start, $"the topic '{first}' is meant: nothing stands behind it");
        }
        string filter = _text[filterStart..];
        if (!IsFilter(filter))
        {
            Error(filterStart, $"'{filter}' is not a subscription filter{WhyNot(filter)}");
            return;
        }
        var rule = new AclRule(access, filter, isPattern, _path, _line);
        (isPattern ? _patterns : _section).Add(rule);
        if (!isPattern && (filter.Contains("%c", StringComparison.Ordinal) || filter.Contains("%u", StringComparison.Ordinal)))
            Warning(filterStart, "%c and %u stand for nothing in a 'topic' line: is 'pattern' meant?");
    }

    private static AclAccess? AccessOf(string word) => word switch
    {
        "read" => AclAccess.Read,
        "write" => AclAccess.Write,
        "readwrite" => AclAccess.ReadWrite,
        "deny" => AclAccess.Deny,
        _ => null,
    };

    // A list may name $share/..., which is no topic of anybody's but text like any other here.
    private static bool IsFilter(string filter) =>
        TopicFilter.IsValid(filter.StartsWith("$share", StringComparison.Ordinal) ? filter[1..] : filter);

    private static string WhyNot(string filter)
    {
        if (filter.Contains(" #", StringComparison.Ordinal)) return "; a comment has a line of its own";
        if (filter.Contains('\t', StringComparison.Ordinal)) return "; a tab does not separate words here";
        if (filter.AsSpan().ContainsAny('+', '#')) return ": + stands for a whole level, # for all levels at the end";
        return "";
    }

    private (int Start, int End) NextWord(int from)
    {
        int start = from;
        while (start < _text.Length && _text[start] == ' ') start++;
        int end = _text.IndexOf(' ', start);
        return (start, end < 0 ? _text.Length : end);
    }

    private void Error(int at, string text) => _errors.Add(new(_path, _line, ColumnOf(at), text));

    private void Warning(int at, string text) => _warnings.Add(new(_path, _line, ColumnOf(at), text));

    private int ColumnOf(int at)
    {
        int column = 1;
        foreach (Rune _ in _text.AsSpan(0, Math.Min(at, _text.Length)).EnumerateRunes()) column++;
        return column;
    }
}
