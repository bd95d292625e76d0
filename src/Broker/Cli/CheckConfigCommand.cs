using Broker.Admin;
using Broker.Configuration;
using Broker.Configuration.Mosquitto;

namespace Broker.Cli;

/// <summary><c>broker check-config</c>: what is wrong or unwise about a configuration, without starting anything.</summary>
internal sealed class CheckConfigCommand(StandardStreams streams)
{
    private const string Usage =
        """
        Usage: broker check-config [-c FILE] [--format text|json|sarif] [--strict]

        Says what is wrong with a mosquitto.conf and the files it names, and what is unwise about it. Starts nothing.
         -c : the file; without it the defaults are looked at.
         --format : text, json, or sarif for code scanning.
         --strict : end with 1 when there are warnings.
        Ends with 0 when the broker would start, 3 when there are errors.
        """;

    /// <summary>Does it.</summary>
    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync(string[] words)
    {
        if (words is ["-h" or "--help" or "help", ..])
        {
            await streams.Output.WriteLineAsync(Usage);
            return ExitCode.Success;
        }
        (CheckConfigArguments arguments, string? error) = CheckConfigArguments.Parse(words);
        if (error is null && arguments.Words.Count > 0) error = $"Error: '{arguments.Words[0]}' is one argument too many.";
        if (error is not null)
        {
            await streams.Error.WriteLineAsync(error);
            return ExitCode.BadConfiguration;
        }
        ConfigurationFindings findings = ConfigurationFindings.Of(MosquittoConfiguration.Load(
            arguments.ConfigFile, PersistenceVariables.Overrides));
        await streams.Output.WriteAsync(FindingsText.Write(findings.All, arguments.Format));
        if (findings.Count(DiagnosticSeverity.Error) > 0) return ExitCode.BadConfiguration;
        return arguments.IsStrict && findings.Count(DiagnosticSeverity.Warning) > 0 ? ExitCode.Failure : ExitCode.Success;
    }
}
