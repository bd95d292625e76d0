using Broker.Cli;

namespace Broker.UnitTests.Cli;

public class RunArgumentsReaderTests
{
    private static RunArguments Arguments(params string[] flags)
    {
        RunArgumentsReading reading = RunArgumentsReader.Read(flags);
        Assert.True(reading.Arguments is not null, reading.Error);
        return reading.Arguments;
    }

    [Fact]
    public void Short_flags()
    {
        RunArguments arguments = Arguments("-c", "a.conf", "-p", "1884", "-d", "-v", "-q", "-p", "1885");

        Assert.Equal("a.conf", arguments.ConfigFile);
        Assert.Equal([1884, 1885], arguments.Ports.AsEnumerable());
        Assert.True(arguments is { IsDaemon: true, IsVerbose: true, IsQuiet: true, IsTest: false });
    }

    [Fact]
    public void Long_flags()
    {
        RunArguments arguments = Arguments(
            "--config-file", "a.conf", "--port", "1", "--daemon", "--verbose", "--quiet", "--test-config");

        Assert.Equal(("a.conf", 1), (arguments.ConfigFile, Assert.Single(arguments.Ports)));
        Assert.True(arguments is { IsDaemon: true, IsVerbose: true, IsQuiet: true, IsTest: true });
    }

    [Fact]
    public void A_value_may_look_like_a_flag() => Assert.Equal("-v", Arguments("-c", "-v").ConfigFile);

    [Theory]
    [InlineData("Error: -c argument given, but no config file specified.", "-c")]
    [InlineData("Error: -p argument given, but no port specified.", "-v", "-p")]
    [InlineData("Error: --tls-keylog argument given, but no file specified.", "--tls-keylog")]
    [InlineData("Error: Invalid port specified (0).", "-p", "0")]
    [InlineData("Error: Invalid port specified (-5).", "-p", "-5")]
    [InlineData("Error: Invalid port specified (65536).", "-p", "65536")]
    [InlineData("Error: Invalid port specified (abc).", "-p", "abc")]
    [InlineData("Error: Invalid port specified (18x).", "-p", "18x")]
    [InlineData("Error: Only 10 ports can be specified on the command line.",
        "-p", "1", "-p", "2", "-p", "3", "-p", "4", "-p", "5", "-p", "6", "-p", "7", "-p", "8", "-p", "9",
        "-p", "10", "-p", "11")]
    public void A_mistake_ends_with_mosquittos_sentence_and_status_3(string sentence, params string[] flags)
    {
        RunArgumentsReading reading = RunArgumentsReader.Read(flags);

        Assert.Null(reading.Arguments);
        Assert.Equal((3, sentence, ""), (reading.ExitCode, reading.Error, reading.Output));
    }

    [Theory]
    [InlineData("--foo")]
    [InlineData("foo")]
    [InlineData("-x")]
    [InlineData("")]
    public void An_unknown_flag_comes_with_the_usage(string flag)
    {
        RunArgumentsReading reading = RunArgumentsReader.Read([flag]);

        Assert.Equal((3, $"Error: Unknown option '{flag}'."), (reading.ExitCode, reading.Error));
        Assert.Contains("Usage: broker [-c config_file] [-d] [-h] [-p port] [-v]", reading.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-h")]
    [InlineData("--help")]
    public void Help_is_an_answer_and_no_mistake(string flag)
    {
        RunArgumentsReading reading = RunArgumentsReader.Read([flag, "--foo"]);

        Assert.Equal((0, ""), (reading.ExitCode, reading.Error));
        Assert.StartsWith("broker version ", reading.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_has_three_lines()
    {
        RunArgumentsReading reading = RunArgumentsReader.Read(["--version"]);

        Assert.Equal((0, ""), (reading.ExitCode, reading.Error));
        string[] lines = reading.Output.Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Equal("broker 0.1.0", lines[0]);
    }
}
