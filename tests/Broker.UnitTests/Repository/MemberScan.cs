using System.Text.RegularExpressions;

namespace Broker.UnitTests.Repository;

/// <summary>A method, constructor, operator or property with a body.</summary>
/// <param name="Name">The word before its parentheses, or the last word of a property.</param>
/// <param name="Start">Where its declaration begins, attributes not counted.</param>
/// <param name="Lines">From the declaration to the closing brace or semicolon.</param>
internal readonly record struct Member(string Name, int Start, int Lines);

/// <summary>
/// Finds the members of a file's types by matching braces in masked code. Local functions count as part of the method
/// they stand in; field initialisers (tables) are not members.
/// </summary>
internal sealed partial class MemberScan(SourceFile file)
{
    private readonly string _code = file.Code;
    private readonly List<Member> _members = [];

    public static IReadOnlyList<Member> Of(SourceFile file)
    {
        var scan = new MemberScan(file);
        scan.Declarations(0, file.Code.Length, isInType: false);
        return scan._members;
    }

    /// <summary>Walks the declarations of a namespace or of a type's body.</summary>
    private void Declarations(int from, int to, bool isInType)
    {
        int start = from;
        for (int at = from; at < to; at++)
        {
            switch (_code[at])
            {
                case ';':
                    if (isInType) Expression(start, at);
                    start = at + 1;
                    break;
                case '(' or '[':
                    at = Closing(at);
                    break;
                case '{':
                    int end = Closing(at);
                    if (ArrowOrAssignment(start, at) < at)
                    {
                        at = end; // Goes on to the semicolon.
                        break;
                    }
                    Block(start, at, end, isInType);
                    start = end + 1;
                    at = end;
                    break;
            }
        }
    }

    private void Block(int start, int open, int end, bool isInType)
    {
        string header = _code[start..open];
        if (TypeKeyword().IsMatch(header) || (!isInType && NamespaceKeyword().IsMatch(header)))
            Declarations(open + 1, end, isInType: TypeKeyword().IsMatch(header));
        else if (isInType)
            Add(start, header, end);
    }

    /// <summary>A member whose body is an expression; a field or an abstract method is none.</summary>
    private void Expression(int start, int end)
    {
        int arrow = ArrowOrAssignment(start, end);
        if (arrow < end && _code[arrow + 1] == '>') Add(start, _code[start..arrow], end);
    }

    private void Add(int start, string header, int end)
    {
        int first = start + AttributesAndBlanks().Match(header).Length;
        string name = MemberName().Match(header, first - start).Groups[1].Value;
        _members.Add(new Member(name, first, file.LineOf(end) - file.LineOf(first) + 1));
    }

    /// <summary>The first => or = outside of brackets, or <paramref name="to"/>; an operator's name is none.</summary>
    private int ArrowOrAssignment(int from, int to)
    {
        for (int at = from; at < to; at++)
        {
            if (_code[at] is '(' or '[' or '{') at = Closing(at);
            else if (_code[at] == '=' && _code[at + 1] != '=' && _code[at - 1] is not ('=' or '!' or '<' or '>')) return at;
        }
        return to;
    }

    private int Closing(int open)
    {
        int depth = 0;
        for (int at = open; at < _code.Length; at++)
        {
            if (_code[at] is '{' or '(' or '[') depth++;
            else if (_code[at] is '}' or ')' or ']' && --depth == 0) return at;
        }
        return _code.Length - 1;
    }

    [GeneratedRegex(@"(?<![\w@.]|[:,]\s*)(class|struct|interface|record|enum)\s+[\w@]")]
    private static partial Regex TypeKeyword();

    [GeneratedRegex(@"(?<![\w@.])namespace\s")]
    private static partial Regex NamespaceKeyword();

    [GeneratedRegex(@"^\s*(\[(?>[^\[\]]+|\[(?<d>)|\](?<-d>))*(?(d)(?!))\]\s*)*")]
    private static partial Regex AttributesAndBlanks();

    [GeneratedRegex(@"(\w+)\s*(<[^()]*>)?\s*(\(|$)")]
    private static partial Regex MemberName();
}
