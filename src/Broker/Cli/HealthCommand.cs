using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using Broker.Configuration;
using Broker.Configuration.Mosquitto;

namespace Broker.Cli;

/// <summary><c>broker health</c>: asks the broker that runs with a configuration whether it is well; for HEALTHCHECK.</summary>
/// <param name="streams">Where to write.</param>
internal sealed class HealthCommand(StandardStreams streams)
{
    private const string Usage =
        """
        broker health asks a broker on this machine whether it is well. Exit status 0: it is, 1: it is not.

        Usage: broker health [-c config_file] [-p port] [--url URL]

         -c    : the mosquitto.conf that the broker runs with. With an admin_listener in it
                 /health/ready is asked, else an MQTT client connects to the first listener.
         -p    : without a file: the port that the broker was started with.
         --url : ask this: http://127.0.0.1:9883/health/ready
        """;

    /// <summary>How long an answer may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Does what the arguments say and gives the exit code.</summary>
    public async Task<int> RunAsync(string[] words, CancellationToken stop)
    {
        if (words is ["-h" or "--help" or "help"])
        {
            await streams.Output.WriteLineAsync(Usage);
            return ExitCode.Success;
        }
        (HealthProbe? probe, string? error) = Read(words);
        if (probe is null)
        {
            await streams.Error.WriteLineAsync($"Error: {error} 'broker health help' shows what there is.");
            return ExitCode.BadConfiguration;
        }
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            (bool isWell, string answer) = await probe.AskAsync(patience.Token);
            await (isWell ? streams.Output : streams.Error).WriteLineAsync($"{probe.Where}: {answer}");
            return isWell ? ExitCode.Success : ExitCode.Failure;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            await streams.Error.WriteLineAsync($"{probe.Where}: no answer within {Patience.TotalSeconds:0} seconds");
        }
        catch (Exception exception) when (exception
            is HttpRequestException or SocketException or IOException or AuthenticationException or WebSocketException)
        {
            await streams.Error.WriteLineAsync($"{probe.Where}: {exception.Message}");
        }
        return ExitCode.Failure;
    }

    private static (HealthProbe? Probe, string? Error) Read(string[] words) => words switch
    {
        ["--url", { } text] => Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
            ? (HealthProbe.OfUrl(url), null) : (null, $"'{text}' is not an http URL."),
        [] => Of(null, []),
        ["-c" or "--config-file", { } file] => Of(file, []),
        ["-p" or "--port", { } text] => int.TryParse(text, out int port) && port is > 0 and <= ushort.MaxValue
            ? Of(null, [port]) : (null, $"'{text}' is not a port."),
        _ => (null, $"'{string.Join(' ', words)}' is not understood."),
    };

    private static (HealthProbe? Probe, string? Error) Of(string? file, int[] ports)
    {
        ConfigurationResult configuration = MosquittoConfiguration.Load(file, new CommandLineOverrides { Ports = [.. ports] });
        if (configuration.Options is not { } options)
            return (null, string.Join('\n', configuration.Diagnostics.SelectMany(static remark => remark.Lines())));
        return (HealthProbe.Of(options), null);
    }
}
