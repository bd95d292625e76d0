using Broker.Configuration;
using Broker.Configuration.Mosquitto;
using Broker.Hosting;

namespace Broker.Cli;

/// <summary>Runs the broker: flags, then the file, then the host.</summary>
/// <param name="serve">Serves until it is told to stop; gives the exit code.</param>
/// <param name="streams">Where to write.</param>
internal sealed class RunCommand(
    Func<BrokerOptions, ConfigurationSource, CancellationToken, Task<int>> serve, StandardStreams streams)
{
    /// <summary>Runs with these flags and gives the exit code.</summary>
    public async Task<int> RunAsync(string[] flags, CancellationToken stop)
    {
        RunArgumentsReading reading = RunArgumentsReader.Read(flags);
        if (reading.Error.Length > 0) await streams.Error.WriteLineAsync(reading.Error);
        if (reading.Output.Length > 0) await streams.Output.WriteLineAsync(reading.Output);
        if (reading.Arguments is not { } arguments) return reading.ExitCode;

        ConfigurationSource source = SourceOf(arguments);
        ConfigurationResult configuration = Load(source);
        if (arguments.IsTest) return await AnswerTestAsync(arguments, configuration);
        if (configuration.Options is not { } options) return ExitCode.BadConfiguration;
        if (arguments.IsDaemon && !Daemon.IsCopy) return Daemon.StartCopy();
        return await serve(options, source with { AtStart = configuration }, stop);
    }

    private static ConfigurationSource SourceOf(RunArguments arguments) => new(arguments.ConfigFile, new CommandLineOverrides
    {
        Ports = arguments.Ports,
        IsVerbose = arguments.IsVerbose,
        IsQuiet = arguments.IsQuiet,
        TlsKeyLogFile = arguments.TlsKeyLogFile,
        PersistenceLocation = PersistenceVariables.Location,
        PersistenceUrl = PersistenceVariables.Url,
    });

    private ConfigurationResult Load(ConfigurationSource source)
    {
        ConfigurationResult configuration = source.Read();
        foreach (ConfigurationDiagnostic remark in configuration.Diagnostics)
        {
            if (source.Overrides.IsQuiet && remark.Severity != DiagnosticSeverity.Error) continue;
            foreach (string line in remark.Lines()) streams.Error.WriteLine(line);
        }
        return configuration;
    }

    private async Task<int> AnswerTestAsync(RunArguments arguments, ConfigurationResult configuration)
    {
        if (arguments.ConfigFile is null)
        {
            await streams.Error.WriteLineAsync("Please provide a configuration file to test.");
            return ExitCode.BadConfiguration;
        }
        if (configuration.Options is null) return ExitCode.BadConfiguration;
        await streams.Error.WriteLineAsync("Configuration file is OK.");
        return ExitCode.Success;
    }
}
