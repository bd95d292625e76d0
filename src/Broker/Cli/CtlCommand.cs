using System.Text;
using System.Text.Json;
using Broker.Configuration;

namespace Broker.Cli;

/// <summary><c>broker ctl</c>: looks at a running broker and changes it, over its admin listener.</summary>
/// <param name="streams">Where to read and write.</param>
internal sealed class CtlCommand(StandardStreams streams)
{
    private const string UsageHead =
        """
        broker ctl asks a running broker over its 'admin_listener'. Exit status 0: it did, 1: it did not.

        Usage: broker ctl COMMAND [arguments] [-c config_file] [--url URL] [--token-file FILE]
                          [--cafile FILE] [--insecure] [--output table|json]

         -c           : the mosquitto.conf that the broker runs with: its first admin_listener is asked,
                        with a token of its admin_token_file where this account may read it.
         --url        : ask this; wins over -c. Without both: BROKER_ADMIN_URL, or http://127.0.0.1:9883.
         --token-file : a file with the token, alone or behind a name: NAME:TOKEN. Without: BROKER_ADMIN_TOKEN.
         --cafile     : who signed its certificate; without, whom this machine trusts.
         --insecure   : take a certificate that is made out to another name.
         --output     : table (default) or json.
         --           : what follows is no option, such as a client id that begins with a dash.

        Commands:

        """;

    /// <summary>The commands there are. Another one is a line here.</summary>
    private static readonly CtlVerb[] Verbs =
    [
        .. CtlLists.Verbs, .. CtlChanges.Verbs, .. CtlBans.Verbs, .. CtlMessages.Verbs, .. CtlTrace.Verbs,
    ];

    /// <summary>Does what the arguments say and gives the exit code.</summary>
    public async Task<int> RunAsync(string[] words, CancellationToken stop)
    {
        if (words is [] or ["-h" or "--help" or "help", ..])
        {
            await streams.Output.WriteAsync(Usage());
            return words is [] ? ExitCode.BadConfiguration : ExitCode.Success;
        }
        CtlArguments arguments = CtlArguments.Parse(
            words, static name => Find(name)?.TakesValue ?? [], static name => Find(name)?.Flags ?? [], out string? error);
        if (error is not null) return await WrongAsync(error);
        if (Find(arguments.Command) is not { } verb) return await WrongAsync($"There is no command '{arguments.Command}'.");
        if (CtlEndpoint.TryFind(arguments, out CtlEndpoint? endpoint) is { } noEndpoint) return await WrongAsync(noEndpoint);
        try
        {
            using CtlClient client = new(endpoint!);
            string? wrong = await verb.RunAsync(new CtlRun(arguments, client, streams, Width(), stop));
            return wrong is null ? ExitCode.Success : await WrongAsync($"{wrong} Usage: broker ctl {verb.Name} {verb.Words}.");
        }
        catch (Exception failure) when (failure is CtlException or IOException or UnauthorizedAccessException)
        {
            return await FailedAsync(failure.Message);
        }
        // That is how JSON says that it has another shape than was read from it.
        catch (Exception failure)
            when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return await FailedAsync(
                $"{endpoint!.Url} answers, and not as the admin listener of a broker: is the port right? {failure.Message}");
        }
    }

    private async Task<int> FailedAsync(string sentence)
    {
        await streams.Error.WriteLineAsync($"Error: {sentence}");
        return ExitCode.Failure;
    }

    private static CtlVerb? Find(string name) => Array.Find(Verbs, verb => verb.Name == name);

    private static string Usage()
    {
        var text = new StringBuilder(UsageHead);
        foreach (CtlVerb verb in Verbs)
        {
            text.Append(' ').Append(verb.Name).Append(verb.Words.Length == 0 ? "" : " ").Append(verb.Words).Append('\n');
            text.Append("     ").Append(verb.Help).Append('\n');
        }
        return text.ToString();
    }

    private int? Width() => ReferenceEquals(streams.Output, Console.Out) && !Console.IsOutputRedirected && Console.WindowWidth > 0
        ? Console.WindowWidth : null;

    private async Task<int> WrongAsync(string sentence)
    {
        await streams.Error.WriteLineAsync($"Error: {sentence} 'broker ctl help' shows what there is.");
        return ExitCode.BadConfiguration;
    }
}
