using System.Collections.Frozen;
using Broker.Configuration;

namespace Broker.Cli;

/// <summary>The first word decides: a command, or else mosquitto's flags, which are those of <c>run</c>.</summary>
/// <param name="serve">Serves until it is told to stop; gives the exit code.</param>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
internal sealed class CommandLine(
    Func<BrokerOptions, CancellationToken, Task<int>> serve, TextWriter output, TextWriter error)
{
    /// <summary>Runs a command with the words after it.</summary>
    private delegate Task<int> Command(CommandLine line, string[] arguments, CancellationToken stop);

    private static readonly FrozenDictionary<string, Command> Commands = new Dictionary<string, Command>
    {
        ["run"] = (line, arguments, stop) => line.RunAsync(arguments, stop),
        ["help"] = (line, _, _) => line.HelpAsync(),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Does what the arguments say and gives the exit code.</summary>
    public Task<int> InvokeAsync(string[] arguments, CancellationToken stop) =>
        arguments.Length > 0 && Commands.TryGetValue(arguments[0], out Command? command)
            ? command(this, arguments[1..], stop)
            : RunAsync(arguments, stop);

    private Task<int> RunAsync(string[] flags, CancellationToken stop) =>
        new RunCommand(serve, output, error).RunAsync(flags, stop);

    private async Task<int> HelpAsync()
    {
        await output.WriteLineAsync(UsageText.Usage);
        return ExitCode.Success;
    }
}
