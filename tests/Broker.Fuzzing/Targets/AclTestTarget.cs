using System.Text;
using Broker.Configuration;
using Broker.Security;

namespace Broker.Fuzzing.Targets;

/// <summary>
/// Expectations of an access list: every remark has a place, and whoever expects the contrary of everything is right about
/// nothing that was met.
/// </summary>
internal static class AclTestTarget
{
    private static readonly AclFile List = AclFileReader.Read("list",
        "topic read open/#\nuser ann\ntopic readwrite a/#\ntopic deny a/secret\npattern write c/%c/%u\n"u8.ToArray()).File!;

    public static FuzzTarget Create() => new(
        "acltests",
        EscapedText.ReadAll(
            @"user ann\n", @"anonymous\n", "client c", @"allow read a/b\n", @"deny write a/secret\n", "readwrite ", "c/c/ann",
            "open/x", @"$SYS/a\n", "# ", "+", @"\t"),
        Read);

    private static void Read(byte[] input)
    {
        string[] lines = Encoding.UTF8.GetString(input).Split('\n');
        var remarks = Check(lines);
        foreach (AclFileRemark remark in remarks)
        {
            BrokenException.Unless(
                remark.Line >= 1 && remark.Line <= lines.Length && remark.Column >= 1 && remark.Text.Length > 0,
                $"no such place: {remark}");
        }
        // Line by line: what is met as 'allow' is not met as 'deny', and the other way round.
        string[] contrary = [.. lines.Select(Contrary)];
        HashSet<int> wrong = [.. remarks.Select(static remark => remark.Line)];
        HashSet<int> wrongContrary = [.. Check(contrary).Select(static remark => remark.Line)];
        for (int line = 1; line <= lines.Length; line++)
        {
            if (lines[line - 1] == contrary[line - 1]) continue;
            BrokenException.Unless(wrong.Contains(line) || wrongContrary.Contains(line), $"line {line} holds both ways");
        }
    }

    private static System.Collections.Immutable.ImmutableArray<AclFileRemark> Check(string[] lines) => AclTestFile.Check(
        "tests", lines, static (user, client) => new ClientAccess(List, AclNames.Any, user, client));

    private static string Contrary(string line)
    {
        string trimmed = line.Trim();
        if (trimmed.StartsWith("allow ", StringComparison.Ordinal)) return $"deny {trimmed[6..]}";
        return trimmed.StartsWith("deny ", StringComparison.Ordinal) ? $"allow {trimmed[5..]}" : line;
    }
}
