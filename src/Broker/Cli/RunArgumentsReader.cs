using System.Globalization;
using Broker.Configuration;

namespace Broker.Cli;

/// <summary>
/// Reads mosquitto's flags with mosquitto's texts and exit codes, which a general command line library does not keep.
/// </summary>
internal static class RunArgumentsReader
{
    private const int PortsMax = 10;

    /// <summary>Reads the flags, first to last; the first mistake, <c>-h</c> or <c>--version</c> ends it.</summary>
    public static RunArgumentsReading Read(ReadOnlySpan<string> flags)
    {
        var arguments = new RunArguments();
        for (int i = 0; i < flags.Length; i++)
        {
            string? value = i + 1 < flags.Length ? flags[i + 1] : null;
            RunArgumentsReading reading = ReadFlag(flags[i], value, arguments);
            if (reading.Arguments is null) return reading;
            arguments = reading.Arguments;
            if (TakesValue(flags[i])) i++;
        }
        return Go(arguments);
    }

    private static bool TakesValue(string flag) => flag is "-c" or "--config-file" or "-p" or "--port" or "--tls-keylog";

    private static RunArgumentsReading ReadFlag(string flag, string? value, RunArguments arguments) => flag switch
    {
        "-c" or "--config-file" => ReadFile(value, arguments),
        "-p" or "--port" => ReadPort(value, arguments),
        "-d" or "--daemon" => Go(arguments with { IsDaemon = true }),
        "-v" or "--verbose" => Go(arguments with { IsVerbose = true }),
        "-q" or "--quiet" => Go(arguments with { IsQuiet = true }),
        "--test-config" => Go(arguments with { IsTest = true }),
        "-h" or "--help" => End(ExitCode.Success, output: UsageText.Usage),
        "--version" => End(ExitCode.Success, output: UsageText.Version),
        "--tls-keylog" => value is null
            ? Wrong("Error: --tls-keylog argument given, but no file specified.")
            : Go(arguments with { TlsKeyLogFile = Path.GetFullPath(value) }),
        _ => End(ExitCode.BadConfiguration, UsageText.Usage, $"Error: Unknown option '{flag}'."),
    };

    private static RunArgumentsReading ReadFile(string? value, RunArguments arguments)
    {
        if (value is null) return Wrong("Error: -c argument given, but no config file specified.");
        return arguments.ConfigFile is null
            ? Go(arguments with { ConfigFile = value })
            : Wrong("Error: -c can be given once; a file brings in others with 'include_dir'.");
    }

    private static RunArgumentsReading ReadPort(string? value, RunArguments arguments)
    {
        if (value is null) return Wrong("Error: -p argument given, but no port specified.");
        bool isNumber = int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int port);
        if (!isNumber || port is < 1 or > ushort.MaxValue)
            return Wrong($"Error: Invalid port specified ({(isNumber ? port : value)}).");
        return arguments.Ports.Length < PortsMax
            ? Go(arguments with { Ports = arguments.Ports.Add(port) })
            : Wrong($"Error: Only {PortsMax} ports can be specified on the command line.");
    }

    private static RunArgumentsReading Go(RunArguments arguments) => new() { Arguments = arguments, Output = "", Error = "" };

    private static RunArgumentsReading Wrong(string error) => End(ExitCode.BadConfiguration, "", error);

    private static RunArgumentsReading End(int exitCode, string output = "", string error = "") =>
        new() { ExitCode = exitCode, Output = output, Error = error };
}
