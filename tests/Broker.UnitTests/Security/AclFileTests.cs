using System.Text;
using Broker.Security;
using Broker.TestKit.Processes;

namespace Broker.UnitTests.Security;

public class AclFileTests
{
    private static AclFileResult Read(string text) => AclFileReader.Read("a.acl", Encoding.UTF8.GetBytes(text));

    private static string[] Errors(string text) => [.. Read(text).Errors.Select(static error => error.ToString())];

    private static string[] Warnings(string text) => [.. Read(text).Warnings.Select(static warning => warning.ToString())];

    [Theory]
    [InlineData("topic a/b", AclAccess.ReadWrite, "a/b")]
    [InlineData("topic read a", AclAccess.Read, "a")]
    [InlineData("topic  write   a b  ", AclAccess.Write, "a b")]
    [InlineData("  topic readwrite +/b/#\r", AclAccess.ReadWrite, "+/b/#")]
    [InlineData("topic deny #", AclAccess.Deny, "#")]
    [InlineData("topic read", AclAccess.ReadWrite, "read")]
    [InlineData("topic read $share/x", AclAccess.Read, "$share/x")]
    public void A_line_gives_an_access_to_what_follows_it(string line, object access, string filter)
    {
        AclFile file = Read(line).File!;
        string topic = filter.Replace("+", "x", StringComparison.Ordinal).Replace("#", "x", StringComparison.Ordinal);

        AclRule? rule = file.Anonymous.Find(topic, (AclAccess)access == AclAccess.Write ? AclAccess.Write : AclAccess.Read);

        Assert.Equal(((AclAccess)access, filter, "a.acl:1"), (rule!.Access, rule.Filter, rule.Place));
    }

    [Fact]
    public void Comments_blank_lines_a_byte_order_mark_and_a_missing_last_newline_are_fine()
    {
        AclFileResult result = Read("\uFEFF# comment\n\n   \n  # further in\nuser a b\ntopic read x\npattern %c/#");

        Assert.Empty(result.Errors);
        Assert.True(result.File!.TryFind("a b", out AclRuleSet? rules));
        Assert.Equal(6, rules.Find("x", AclAccess.Read)!.Line);
        Assert.Equal(7, Assert.Single(result.File.Patterns).Line);
    }

    [Fact]
    public void A_user_that_comes_again_gets_more()
    {
        AclFile file = Read("user a\ntopic x\nuser b\ntopic y\nuser a\ntopic z\n").File!;

        Assert.True(file.TryFind("a", out AclRuleSet? rules));
        Assert.NotNull(rules.Find("x", AclAccess.Read));
        Assert.NotNull(rules.Find("z", AclAccess.Read));
        Assert.Null(rules.Find("y", AclAccess.Read));
    }

    [Theory]
    [InlineData("user a\nuser", "a.acl:2:5: 'user' without a name")]
    [InlineData("topic", "a.acl:1:6: 'topic' without a topic")]
    [InlineData("topic ä foo",
        "a.acl:1:7: 'ä' is not an access: read, write, readwrite or deny, before a topic with spaces in it")]
    [InlineData("topic read a # c", "a.acl:1:12: 'a # c' is not a subscription filter; a comment has a line of its own")]
    [InlineData("topic read\ta", "a.acl:1:7: 'read\ta' is not a subscription filter; a tab does not separate words here")]
    [InlineData("topic\tread a",
        "a.acl:1:1: a line begins with 'user', 'topic' or 'pattern', not 'topic\tread'; a tab does not separate words here")]
    [InlineData("topic deny a+/b",
        "a.acl:1:12: 'a+/b' is not a subscription filter: + stands for a whole level, # for all levels at the end")]
    [InlineData("topics a", "a.acl:1:1: a line begins with 'user', 'topic' or 'pattern', not 'topics'")]
    [InlineData("topic a\0b", "a.acl:1:1: the line is not UTF-8 text")]
    public void A_line_that_mosquitto_stops_at_is_an_error_with_its_place(string text, string error) =>
        Assert.Equal(error, Assert.Single(Errors(text)));

    [Fact]
    public void Every_error_is_said() => Assert.Equal(3, Errors("x\nuser\ntopic a\ntopic #/a\n").Length);

    [Theory]
    [InlineData("topic deny", "a.acl:1:7: the topic 'deny' is meant: nothing stands behind it")]
    [InlineData("topic read dev/%c/#", "a.acl:1:12: %c and %u stand for nothing in a 'topic' line: is 'pattern' meant?")]
    public void What_is_likely_a_slip_is_a_warning(string text, string warning) =>
        Assert.Equal(warning, Assert.Single(Warnings(text)));

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        AclFileRemark error = Assert.Single(AclFile.Load("/nowhere/acl").Errors);

        Assert.True(error.IsUnreadable);
        Assert.Equal("Unable to open acl_file /nowhere/acl: its folder does not exist.", error.ToString());
    }

    [Fact]
    public void A_symbolic_link_is_followed()
    {
        using var folder = new TemporaryFolder();
        folder.Write("target", "topic read a\n");
        File.CreateSymbolicLink(folder.File("link"), folder.File("target"));

        Assert.NotNull(AclFile.Load(folder.File("link")).File);
    }
}
