using System.Text.RegularExpressions;
using Broker.Cli;
using Broker.TestKit.Processes;

namespace Broker.UnitTests.Cli;

public sealed partial class ExplainCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private async Task<(int Status, string Output, string Error)> RunAsync(string configuration, params string[] words)
    {
        string file = _folder.Write("a.conf", configuration.Replace("FOLDER", _folder.Path, StringComparison.Ordinal));
        using StringWriter output = new();
        using StringWriter error = new();
        var command = new ExplainCommand(new StandardStreams(TextReader.Null, output, error));
        int status = await command.RunAsync([.. words, "-c", file]);
        return (status, Told(output), Told(error));
    }

    private string Told(StringWriter text) =>
        Blanks().Replace(text.ToString().Replace(_folder.Path + "/", "", StringComparison.Ordinal), " ");

    [Fact]
    public async Task Each_option_has_its_value_and_the_line_it_comes_from()
    {
        const string Text = "max_keepalive 60\nallow_anonymous true\npersistence_url postgres://u:secret@h/d\n"
            + "listener 1884\nmax_qos 1 # less\nlistener_allow_anonymous false\n"
            + "listener 1885 127.0.0.1\nlog_type error\nlog_type debug\n";

        (int status, string output, _) = await RunAsync(Text);

        Assert.Equal(0, status);
        string[] lines = output.Split('\n');
        Assert.Contains("max_keepalive 60 a.conf:1", lines);
        Assert.Contains("max_inflight_messages 20 default", lines);
        Assert.Contains("persistence true default", lines);
        Assert.Contains("persistence_url postgres://u:***@h/d a.conf:3", lines);
        Assert.Equal(
            ["log_type error a.conf:8", "log_type debug a.conf:9"],
            lines.Where(line => line.StartsWith("log_type ", StringComparison.Ordinal)));
        int at = Array.IndexOf(lines, "# listener 1885 127.0.0.1, opened by 'listener' at a.conf:7");
        string[] first = lines[Array.IndexOf(lines, "# listener 1884, opened by 'listener' at a.conf:4")..at];
        string[] second = lines[at..];
        Assert.Contains("max_qos 1 a.conf:5", first);
        Assert.Contains("allow_anonymous false a.conf:6", first);
        Assert.Contains("max_qos 2 default", second);
        Assert.Contains("allow_anonymous true a.conf:2", second);
    }

    [Fact]
    public async Task Without_a_listener_both_of_this_machine_are_shown_with_what_was_said_for_them()
    {
        (_, string output, _) = await RunAsync("max_qos 1\n");

        Assert.Contains("# listener 1883 127.0.0.1, opened because no line opens one", output, StringComparison.Ordinal);
        Assert.Equal(2, output.Split("max_qos 1 a.conf:1").Length - 1);
        Assert.Equal(2, output.Split("allow_anonymous true default").Length - 1);
    }

    [Fact]
    public async Task The_file_of_a_plugin_is_shown_with_the_line_of_its_option()
    {
        _folder.Write("acl", "topic read a\n");
        (_, string output, _) = await RunAsync(
            "plugin_load x mosquitto_acl_file.so\nplugin_opt_acl_file FOLDER/acl\nlistener 1884\nplugin_use x\n");

        Assert.Contains("acl_file acl a.conf:2", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ann", "c", "a/c", "read allowed acl:4: topic read a/#\nwrite denied no line gives it\n")]
    [InlineData("ann", "c", "a/b", "read denied acl:5: topic deny a/b\nwrite denied acl:5: topic deny a/b\n")]
    [InlineData("-", "c", "x", "read allowed acl:1: topic readwrite x\nwrite allowed acl:1: topic readwrite x\n")]
    [InlineData("ann", "c", "x", "read denied no line gives it\nwrite denied no line gives it\n")]
    [InlineData("bob", "c", "d/c", "read denied no line gives it\nwrite allowed acl:2: pattern write d/%c\n")]
    [InlineData("bob", "c", "$SYS/x", "read denied no line gives it\nwrite denied the topic is the broker's own\n")]
    [InlineData("bob", "+", "d/c",
        "read denied a user name or client id with + or # gets nothing from patterns\n"
        + "write denied a user name or client id with + or # gets nothing from patterns\n")]
    public async Task The_line_that_decides_is_named(string user, string client, string topic, string expected)
    {
        _folder.Write("acl", "topic readwrite x\npattern write d/%c\nuser ann\ntopic read a/#\ntopic deny a/b\n");

        (int status, string output, _) =
            await RunAsync("acl_file FOLDER/acl\nlistener 1884\nlistener 1885\n", "acl", user, client, topic);

        Assert.Equal((0, "listener 1884:\n" + expected), (status, output));
    }

    [Fact]
    public async Task Listeners_with_other_lists_are_told_apart()
    {
        _folder.Write("acl", "topic read x\n");
        const string Text = "per_listener_settings true\nlistener 1\nacl_file FOLDER/acl\nlistener 2\n";

        (_, string output, _) = await RunAsync(Text, "acl", "-", "c", "y");
        Assert.Equal(
            "listener 1:\nread denied no line gives it\nwrite denied no line gives it\n"
            + "listener 2:\nread allowed there is no access list\nwrite allowed there is no access list\n", output);
        (_, output, _) = await RunAsync(Text, "acl", "-", "c", "x", "--listener", "1");
        Assert.Equal("read allowed acl:1: topic read x\nwrite denied no line gives it\n", output);
    }

    [Fact]
    public async Task Wrong_arguments_and_broken_files_end_with_3()
    {
        Assert.Equal(3, (await RunAsync("listener 1\n", "acl", "a")).Status);
        Assert.Equal(3, (await RunAsync("listener 1\n", "--listener", "2")).Status);
        Assert.Equal(3, (await RunAsync("nonsense\n")).Status);
        (int status, _, string error) = await RunAsync("acl_file FOLDER/none\nlistener 1\n", "acl", "a", "b", "c");
        Assert.Equal((3, "Unable to open acl_file none: it does not exist.\n"), (status, error));
    }

    [GeneratedRegex(" +")]
    private static partial Regex Blanks();
}
