using System.Text;
using Broker.Configuration;
using Broker.Security;
using Broker.TestKit.Processes;

namespace Broker.UnitTests.Security;

public sealed class AclTestFileTests : IDisposable
{
    private const string List = "topic read x\npattern write dev/%c\nuser ann\ntopic read a/#\ntopic deny a/b\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string[] Check(string expectations)
    {
        AclFile list = AclFileReader.Read("list", Encoding.UTF8.GetBytes(List)).File!;
        string path = _folder.Write("tests", expectations);
        return
        [
            .. AclTestFile.Check(path, (user, client) => new ClientAccess(list, AclNames.OneLevel, user, client))
                .Select(remark => remark.ToString().Replace(path, "tests", StringComparison.Ordinal)),
        ];
    }

    [Fact]
    public void What_is_as_expected_is_not_remarked() => Assert.Empty(Check(
        "# who\nallow read x\ndeny write x\n\nuser ann\n  allow read a/c d\ndeny readwrite a/b\nclient 7\nallow write dev/7\n"
        + "deny write dev/8\nanonymous\nallow read x\nclient 8\nallow write dev/8\ndeny write $SYS/a\n"));

    [Theory]
    [InlineData("allow write x", "tests:1:1: a client without user name, client 'test', may not write 'x': no line gives it")]
    [InlineData("user ann\nclient c\n  deny read a/c",
        "tests:3:3: user 'ann', client 'c', may read 'a/c': list:4: topic read a/#")]
    [InlineData("user ann\nallow read a/b",
        "tests:2:1: user 'ann', client 'test', may not read 'a/b': list:5: topic deny a/b")]
    [InlineData("deny x y", "tests:1:1: 'deny' takes read, write or readwrite, and a topic")]
    [InlineData("user",
        "tests:1:1: a line is 'user NAME', 'anonymous', 'client ID', 'allow ACCESS TOPIC' or 'deny ACCESS TOPIC'")]
    public void What_is_otherwise_names_the_line_that_decided(string expectations, string remark) =>
        Assert.Equal(remark, Assert.Single(Check(expectations)));

    [Fact]
    public void Readwrite_expects_both() => Assert.Equal(2, Check("allow readwrite y\n").Length);

    [Fact]
    public void Each_listener_is_compared_with_its_own_list()
    {
        BrokerOptions options = new()
        {
            Listeners =
            [
                Listener(1, _folder.Write("one", "topic read x\n"), _folder.Write("tests", "allow read x\n")),
                Listener(2, _folder.Write("two", "topic read y\n"), _folder.Write("others", "allow read x\n")),
                Listener(3, null, _folder.File("none")),
            ],
        };

        AclFileRemark[] remarks = [.. AclTestFile.Check(options, AccessControl.Load(options).AccessControl!)];

        Assert.Equal([_folder.File("others"), _folder.File("none")], remarks.Select(remark => remark.Path));
        Assert.True(remarks[1].IsUnreadable);
    }

    private static ListenerOptions Listener(int port, string? list, string tests) => new()
    {
        Port = port,
        Security = new ListenerSecurityOptions { AclFile = list, AclTestFile = tests },
    };
}
