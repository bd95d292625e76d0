using System.Text;

namespace Broker.IntegrationTests.Access;

/// <summary>An access list made by chance, with clients and topics that have something to do with it.</summary>
internal sealed class RandomAccessList(Random random)
{
    /// <summary>Who may publish everything, to see who may read it.</summary>
    public const string Everybody = "everybody";

    private static readonly string[] Levels = ["a", "b", "a b", "", "+", "+", "%c", "%u", "x%cy", "%u%c", "$x"];
    private static readonly string[] TopicLevels = ["a", "b", "a b", "", "u", "c", "xcy", "uc", "%c", "$x"];

    public static readonly string?[] Users = [null, "u", "a", "a b", "a/b", "u#", "c+", "%c", ""];
    public static readonly string[] Clients = ["c", "u", "a/b", "c#", "+", "a b", "%u"];

    public string Text()
    {
        var text = new StringBuilder();
        int lines = random.Next(1, 14);
        for (int i = 0; i < lines; i++)
        {
            string line = random.Next(10) switch
            {
                < 2 => $"user {Users.Where(user => user?.Length > 0).ElementAt(random.Next(Users.Length - 2))}",
                < 6 => $"topic {AccessAndFilter()}",
                < 9 => $"pattern {AccessAndFilter()}",
                _ => "# a comment",
            };
            text.Append(line).Append(random.Next(8) == 0 ? "  \r\n" : "\n");
        }
        return text.Append($"user {Everybody}\ntopic readwrite #\ntopic readwrite $x/#\n").ToString();
    }

    public string[] Topics() => [.. Enumerable.Range(0, 25).Select(_ => Join(TopicLevels, "")).Distinct()];

    private string AccessAndFilter()
    {
        string filter = Join(Levels, random.Next(3) == 0 ? "#" : "");
        string access = Pick("read ", "write ", "readwrite ", "deny ", "");
        // A word follows a topic with a space in it as it follows an access: mosquitto wants the access then.
        return access.Length == 0 && filter.Contains(' ', StringComparison.Ordinal) ? "readwrite " + filter : access + filter;
    }

    private string Join(string[] levels, string last)
    {
        string[] chosen = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Pick(levels))];
        string joined = string.Join('/', last.Length == 0 ? chosen : [.. chosen, last]);
        // Neither begins with a blank, ends with one, or is empty: a line would be read otherwise.
        return joined.Trim() is { Length: > 0 } text ? text : "a";
    }

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];
}
