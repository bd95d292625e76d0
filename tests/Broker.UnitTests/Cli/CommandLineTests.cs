using Broker.Cli;
using Broker.Configuration;
using Broker.Configuration.Mosquitto;

namespace Broker.UnitTests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"broker-cli-{Guid.NewGuid():N}.conf");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private BrokerOptions? _served;

    public void Dispose() => File.Delete(_file);

    private Task<int> InvokeAsync(params string[] arguments)
    {
        var line = new CommandLine(Serve, new StandardStreams(TextReader.Null, _output, _error));
        return line.InvokeAsync(arguments, CancellationToken.None);
    }

    private Task<int> Serve(BrokerOptions options, ConfigurationSource source, CancellationToken stop)
    {
        _served = options;
        return Task.FromResult(42);
    }

    private string[] ErrorLines => _error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public async Task Without_arguments_it_serves_this_machine()
    {
        Assert.Equal(42, await InvokeAsync());
        Assert.Equal(["127.0.0.1", "::1"], _served!.Listeners.Select(listener => listener.Address));
        Assert.True(_served.IsLocalOnly);
        Assert.Empty(ErrorLines);
    }

    [Theory]
    [InlineData]
    [InlineData("run")]
    public async Task Run_is_what_happens_without_a_command(params string[] command)
    {
        await File.WriteAllTextAsync(_file, "listener 1884\nset_tcp_nodelay false\n");

        Assert.Equal(42, await InvokeAsync([.. command, "-c", _file, "-v"]));
        Assert.Equal((1884, LogTypes.All), (Assert.Single(_served!.Listeners).Port, _served.Logging.Types));
        string note = $"{_file}:2:1: note: 'set_tcp_nodelay' has no effect: Nagle's algorithm is always off here";
        Assert.Equal([note], ErrorLines);
        Assert.Equal([note], _served.StartRemarks.AsEnumerable());
    }

    [Fact]
    public async Task Quiet_keeps_warnings_back_and_tells_errors()
    {
        await File.WriteAllTextAsync(_file, "sys_interval 10\nlistener 1884\n");
        Assert.Equal(42, await InvokeAsync("-q", "-c", _file));
        Assert.Empty(ErrorLines);

        await File.WriteAllTextAsync(_file, "listner 1884\n");
        Assert.Equal(3, await InvokeAsync("-q", "-c", _file));
        Assert.NotEmpty(ErrorLines);
    }

    [Fact]
    public async Task A_bad_file_is_explained_and_nothing_is_served()
    {
        await File.WriteAllTextAsync(_file, "allow_anonymous yes\nlistner 1884\n");

        Assert.Equal(3, await InvokeAsync("-c", _file));
        Assert.Null(_served);
        Assert.Equal(
            [
                "Error: Invalid 'allow_anonymous' value (yes).",
                $"Error found at {_file}:1.",
                $"{_file}:1:17: error: 'allow_anonymous' takes true, false, 1 or 0, not 'yes'",
                "Error: Unknown configuration variable 'listner'.",
                $"Error found at {_file}:2.",
                $"{_file}:2:1: error: 'listner' is not a directive; did you mean 'listener'?",
            ],
            ErrorLines);
    }

    [Fact]
    public async Task A_file_that_is_not_there_ends_with_status_3()
    {
        Assert.Equal(3, await InvokeAsync("-c", "/no/such/file"));
        Assert.Equal("Error: Unable to open config file '/no/such/file'.", ErrorLines[0]);
    }

    [Fact]
    public async Task Test_config_answers_and_serves_nothing()
    {
        await File.WriteAllTextAsync(_file, "listener 1884\n");
        Assert.Equal(0, await InvokeAsync("-c", _file, "--test-config"));
        Assert.Equal(["Configuration file is OK."], ErrorLines);

        await File.WriteAllTextAsync(_file, "listener 70000\n");
        Assert.Equal(3, await InvokeAsync("-c", _file, "--test-config"));
        Assert.Null(_served);
    }

    [Fact]
    public async Task Test_config_needs_a_file()
    {
        Assert.Equal(3, await InvokeAsync("--test-config"));
        Assert.Equal(["Please provide a configuration file to test."], ErrorLines);
    }

    [Theory]
    [InlineData("-h")]
    [InlineData("help")]
    public async Task Help_goes_to_standard_output(string word)
    {
        Assert.Equal(0, await InvokeAsync(word));
        Assert.Contains("Usage: broker [-c config_file] [-d] [-h] [-p port] [-v]", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(ErrorLines);
    }

    [Fact]
    public async Task A_command_gets_the_words_behind_it()
    {
        Assert.Equal(0, await InvokeAsync("passwd", "-c", "-b", _file, "ann", "secret"));
        Assert.StartsWith("ann:$7$", await File.ReadAllTextAsync(_file), StringComparison.Ordinal);
    }
}
