using Broker.Configuration;
using Broker.Protocol.Topics;
using Broker.Security;

namespace Broker.Fuzzing.Targets;

/// <summary>
/// An access list, and what is decided by it: what the line says that is named as the one that decides, and nothing without one.
/// </summary>
internal static class AclTarget
{
    private static readonly string[] Topics = ["a", "a/b", "a/b/c", "$SYS/x", "c/u", "u", "c", "/", "a/"];
    private static readonly (string? User, string Client)[] Clients = [(null, "c"), ("u", "c"), ("u", "x/y"), ("ann", "+")];

    public static FuzzTarget Create() => new(
        "acl",
        EscapedText.ReadAll(
            @"user u\n", @"user ann\n", "topic ", "pattern ", "read ", "write ", "readwrite ", "deny ", "%u", "%c",
            @"a/b\n", @"a/#\n", @"+/u\n", @"$SYS/#\n", @"# \n"),
        Read);

    private static void Read(byte[] input)
    {
        AclFileResult result = AclFileReader.Read("a", input);
        BrokenException.Unless(result.File is null == !result.Errors.IsEmpty, "a list beside errors, or neither");
        int lines = input.Count(value => value == (byte)'\n') + 1;
        foreach (AclFileRemark remark in result.Errors.Concat(result.Warnings))
            BrokenException.Unless(remark.Line >= 1 && remark.Line <= lines && remark.Column >= 1, $"no such place: {remark}");
        if (result.File is not { } file) return;
        foreach ((string? user, string client) in Clients)
        {
            var access = new ClientAccess(file, AclNames.Any, user, client);
            foreach (string topic in Topics)
            {
                Judge(file, access, topic, AclAccess.Read);
                Judge(file, access, topic, AclAccess.Write);
            }
        }
    }

    private static void Judge(AclFile file, ClientAccess access, string topic, AclAccess wanted)
    {
        AccessDecision decision = access.Decide(topic, wanted);
        if (decision.Rule is not { } rule)
        {
            BrokenException.Unless(!decision.IsAllowed, "allowed by nothing");
            return;
        }
        BrokenException.Unless(decision.IsAllowed == (rule.Access != AclAccess.Deny), "the rule says otherwise");
        BrokenException.Unless(rule.Decides(wanted), "the rule decides something else");
        if (!rule.IsPattern) BrokenException.Unless(TopicFilter.Matches(rule.Filter, topic), "the rule is about another topic");
        else BrokenException.Unless(file.Patterns.Contains(rule), "the rule is of no list");
    }
}
