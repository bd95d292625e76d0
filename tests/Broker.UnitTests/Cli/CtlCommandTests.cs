using Broker.Cli;
using Broker.TestKit.Processes;

namespace Broker.UnitTests.Cli;

/// <summary>What <c>broker ctl</c> says before it asks anybody.</summary>
public sealed class CtlCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("There is no command 'dance'.", "dance")]
    [InlineData("Unknown option '--loud' of clients.", "clients", "--loud")]
    [InlineData("--url argument given, but nothing behind it.", "clients", "--url")]
    [InlineData("--output takes table or json, not 'xml'.", "clients", "--output", "xml")]
    [InlineData("'ftp://x' is not an http URL, such as http://127.0.0.1:9883.", "clients", "--url", "ftp://x")]
    [InlineData("--limit takes a number from 1 to 10000000, not '0'.", "clients", "--limit", "0")]
    [InlineData("A client is named by its client id. Usage: broker ctl kick ID [--delete-session].", "kick")]
    [InlineData("A message needs one topic.", "publish", "-n")]
    [InlineData("A message is said in one way: ", "publish", "a", "b", "-n")]
    [InlineData("A message is said in one way: ", "publish", "a")]
    [InlineData("--user-property takes NAME=VALUE, not 'x'.", "publish", "a", "-n", "--user-property", "x")]
    [InlineData("-q takes a number from 0 to 2, not '3'.", "publish", "a", "-n", "-q", "3")]
    [InlineData("One topic filter is subscribed to.", "subscribe")]
    [InlineData("--show and --delete go without each other", "retained", "--show", "a", "--delete", "b")]
    public async Task Wrong_arguments_are_answered_in_words(string words, params string[] arguments)
    {
        (int status, string error) = await RunAsync(arguments);

        Assert.StartsWith("Error: " + words, error, StringComparison.Ordinal);
        Assert.Equal(3, status);
    }

    [Fact]
    public async Task A_configuration_without_an_admin_listener_is_named()
    {
        string file = _folder.Write("a.conf", "listener 1883\n");

        (int status, string error) = await RunAsync("clients", "-c", file);

        Assert.Equal(3, status);
        Assert.StartsWith($"Error: {file} has no 'admin_listener': add one", error, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter error = new();
        StandardStreams streams = new(TextReader.Null, TextWriter.Null, error);
        return (await new CtlCommand(streams).RunAsync(arguments, CancellationToken.None), error.ToString());
    }
}
