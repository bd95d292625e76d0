using System.Text.RegularExpressions;

namespace Broker.UnitTests.Repository;

/// <summary>An operator who filters by event id gets one kind of line.</summary>
public sealed partial class LogEventTests
{
    [Fact]
    public void Each_log_event_has_an_id_of_its_own()
    {
        var repeated = DuplicatesIn(RepositoryTree.Files.Where(file => file.IsProduct && file.IsCSharp));

        Assert.True(repeated.Count == 0, string.Join('\n', repeated));
    }

    [Fact]
    public void A_repeated_id_is_found()
    {
        SourceFile first = new("src/Broker/A.cs", "[LoggerMessage(1, LogLevel.Debug, \"a\")] [LoggerMessage(EventId = 2)]");
        SourceFile second = new("src/Broker/B.cs", "[LoggerMessage(LogEvents.Opened, LogLevel.Debug)] [LoggerMessage(2)]");

        Assert.Empty(DuplicatesIn([first]));
        Assert.Single(DuplicatesIn([first, second]));
        Assert.Single(DuplicatesIn([new("src/Broker/C.cs", "class LogEvents { const int A = 1; const int B = 1; }")]));
    }

    [Fact]
    public void A_line_without_an_id_is_found() =>
        Assert.Single(DuplicatesIn([new("src/Broker/A.cs", "[LoggerMessage(LogLevel.Debug, \"a\")]")]));

    private static List<Finding> DuplicatesIn(IEnumerable<SourceFile> files)
    {
        List<Finding> found = [];
        HashSet<string> ids = [];
        HashSet<string> constants = [];
        foreach (SourceFile file in files)
        {
            foreach (Match match in LoggerMessage().Matches(file.Code))
            {
                string id = match.Groups["id"].Value;
                if (id.Length == 0) found.Add(file.Finding(match.Index, "a log line without an event id"));
                else if (!ids.Add(id)) found.Add(file.Finding(match.Index, $"event id {id} is taken"));
            }
            if (!EventList().IsMatch(file.Code)) continue;
            foreach (Match match in Constant().Matches(file.Code))
                if (!constants.Add(match.Groups[1].Value))
                    found.Add(file.Finding(match.Index, $"event id {match.Groups[1]} is taken"));
        }
        return found;
    }

    [GeneratedRegex(@"\[LoggerMessage\(\s*(EventId\s*=\s*(?<id>[\w.]+)|(?<id>\d+|\w*Events?\w*\.\w+))?")]
    private static partial Regex LoggerMessage();

    [GeneratedRegex(@"\bclass\s+\w*Event(s|Ids)\b")]
    private static partial Regex EventList();

    [GeneratedRegex(@"\bconst\s+int\s+\w+\s*=\s*(\d+)\s*;")]
    private static partial Regex Constant();
}
