using Broker.Configuration;
using Broker.Configuration.Mosquitto;

namespace Broker.Cli;

/// <summary>The first word decides: a command, or else mosquitto's flags, which are those of <c>run</c>.</summary>
/// <param name="serve">Serves until it is told to stop; gives the exit code.</param>
/// <param name="streams">Where to read and write.</param>
internal sealed class CommandLine(
    Func<BrokerOptions, ConfigurationSource, CancellationToken, Task<int>> serve, StandardStreams streams)
{
    /// <summary>Does what the arguments say and gives the exit code.</summary>
    public Task<int> InvokeAsync(string[] arguments, CancellationToken stop) => arguments switch
    {
        ["run", .. string[] flags] => RunAsync(flags, stop),
        ["passwd", .. string[] rest] =>
            Task.FromResult(PasswdCommand.Run(rest, streams.Input, streams.Output, streams.Error)),
        ["db", .. string[] rest] => new DbCommand(streams).RunAsync(rest, stop),
        ["check-config", .. string[] rest] => new CheckConfigCommand(streams).RunAsync(rest),
        ["explain", .. string[] rest] => new ExplainCommand(streams).RunAsync(rest),
        ["health", .. string[] rest] => new HealthCommand(streams).RunAsync(rest, stop),
        ["ctl", .. string[] rest] => new CtlCommand(streams).RunAsync(rest, stop),
        ["help", ..] => HelpAsync(),
        _ => RunAsync(arguments, stop),
    };

    private Task<int> RunAsync(string[] flags, CancellationToken stop) => new RunCommand(serve, streams).RunAsync(flags, stop);

    private async Task<int> HelpAsync()
    {
        await streams.Output.WriteLineAsync(UsageText.Usage);
        return ExitCode.Success;
    }
}
