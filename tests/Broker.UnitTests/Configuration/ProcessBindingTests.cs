using Broker.Configuration;
using Broker.Configuration.Mosquitto;

namespace Broker.UnitTests.Configuration;

public class ProcessBindingTests
{
    private static LoggingOptions Logging(string text, CommandLineOverrides? overrides = null) =>
        Reading.Options(text, overrides).Logging;

    [Fact]
    public void Log_goes_to_standard_error_unless_said_otherwise() =>
        Assert.Equal([new LogDestination(LogDestinationKind.StandardError)], Logging("").Destinations.AsEnumerable());

    [Fact]
    public void Log_destinations_add_up() => Assert.Equal(
        [
            new LogDestination(LogDestinationKind.StandardOut),
            new LogDestination(LogDestinationKind.File, "/var/log/broker.log"),
            new LogDestination(LogDestinationKind.Syslog),
        ],
        Logging("log_dest stdout\nlog_dest file /var/log/broker.log # here\nlog_dest syslog\nlog_dest stdout")
            .Destinations.AsEnumerable());

    [Fact]
    public void None_clears_what_came_before()
    {
        Assert.Empty(Logging("log_dest none").Destinations);
        LogDestination left = Assert.Single(Logging("log_dest stdout\nlog_dest none\nlog_dest syslog").Destinations);
        Assert.Equal(LogDestinationKind.Syslog, left.Kind);
    }

    [Theory]
    [InlineData("topic")]
    [InlineData("dlt")]
    public void A_destination_that_is_not_supported_warns_and_does_not_silence_the_log(string destination)
    {
        Assert.Equal(
            [$"a.conf:1:10: warning: 'log_dest {destination}' is not supported yet and has no effect"],
            Reading.Warnings($"log_dest {destination}"));
        Assert.Equal(LogDestinationKind.StandardError, Assert.Single(Logging($"log_dest {destination}").Destinations).Kind);
    }

    [Fact]
    public void Log_types_add_up_and_none_clears()
    {
        Assert.Equal(LogTypes.Default, Logging("").Types);
        Assert.Equal(LogTypes.Error | LogTypes.Debug, Logging("log_type error\nlog_type debug").Types);
        Assert.Equal(LogTypes.Debug, Logging("log_type error\nlog_type none\nlog_type debug").Types);
        Assert.Equal(LogTypes.All, Logging("log_type all").Types);
    }

    [Fact]
    public void The_command_line_wins_over_log_types_and_quiet_over_verbose()
    {
        Assert.Equal(LogTypes.All, Logging("log_type error", new CommandLineOverrides { IsVerbose = true }).Types);
        Assert.Equal(LogTypes.None, Logging("", new CommandLineOverrides { IsVerbose = true, IsQuiet = true }).Types);
    }

    [Fact]
    public void Other_log_options()
    {
        LoggingOptions logging = Logging(
            "log_timestamp false\nlog_timestamp_format %Y-%m-%dT%H:%M:%S\nlog_facility 3\nconnection_messages false");

        Assert.Equal((false, "%Y-%m-%dT%H:%M:%S", 3, false),
            (logging.HasTimestamp, logging.TimestampFormat, logging.SyslogFacility, logging.ConnectionMessages));
    }

    [Fact]
    public void Process_options()
    {
        BrokerOptions options = Reading.Options("pid_file run/broker.pid\nuser mqtt\n");

        Assert.Equal(Path.GetFullPath("run/broker.pid"), options.PidFile);
        Assert.Equal("mqtt", options.User);
        Assert.Equal("a.conf", options.ConfigFile);
    }

    [Fact]
    public void The_last_user_counts() => Assert.Equal("b", Reading.Options("user a\nuser b").User);
}
