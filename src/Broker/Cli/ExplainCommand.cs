using System.Collections.Immutable;
using System.Text;
using Broker.Configuration;
using Broker.Configuration.Mosquitto;
using Broker.Security;

namespace Broker.Cli;

/// <summary>
/// <c>broker explain</c>: what holds after all lines were read, and which line said so; <c>broker explain acl</c>: what the
/// access list says to a client about a topic, and which line does.
/// </summary>
internal sealed class ExplainCommand(StandardStreams streams)
{
    private const string Usage =
        """
        Usage: broker explain [-c FILE] [--listener PORT]
               broker explain acl USER CLIENT TOPIC -c FILE [--listener PORT]

        The first form prints the value of each option, for each listener, and the line that it comes from.
        The second says whether a client may read and write a topic, and which line of the access list decides.
        USER is - for a client without a user name; TOPIC is with the mount point, where the listener has one.
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
        if (error is null && arguments.Words is not ([] or ["acl", _, _, _])) error = "Error: Wrong arguments.\n" + Usage;
        if (error is not null) return await FailAsync(error);
        ConfigurationResult configuration = MosquittoConfiguration.Load(arguments.ConfigFile, PersistenceVariables.Overrides);
        if (configuration is not { Options: { } options, Origins: { } origins })
        {
            foreach (ConfigurationDiagnostic remark in configuration.Diagnostics)
                await streams.Error.WriteLineAsync(remark.ToString());
            return ExitCode.BadConfiguration;
        }
        int[] listeners =
        [
            .. Enumerable.Range(0, options.Listeners.Length)
                .Where(index => arguments.Port is not { } port || options.Listeners[index].Port == port),
        ];
        if (listeners.Length == 0) return await FailAsync($"Error: No listener has the port {arguments.Port}.");
        if (arguments.Words is ["acl", string user, string client, string topic])
            return await ExplainAccessAsync(listeners, options, user == "-" ? null : user, client, topic);
        await streams.Output.WriteAsync(Text(ExplainedOptions.Of(options, origins, listeners)));
        return ExitCode.Success;
    }

    private static string Text(ImmutableArray<ExplainedSection> sections)
    {
        const int Width = 32;
        var text = new StringBuilder();
        foreach (ExplainedSection section in sections)
        {
            if (section.OpenedBy is null) text.Append("# ").Append(section.Name).Append('\n');
            else text.Append("\n# ").Append(section.Name).Append(", ").Append(section.OpenedBy).Append('\n');
            foreach (ExplainedOption option in section.Options)
            {
                text.Append(option.Name.PadRight(Width)).Append(' ').Append(option.Value.PadRight(Width)).Append(' ')
                    .Append(option.Origin).Append('\n');
            }
        }
        return text.ToString();
    }

    private async Task<int> ExplainAccessAsync(int[] listeners, BrokerOptions options, string? user, string client, string topic)
    {
        AccessControlResult access = AccessControl.Load(options);
        if (access.AccessControl is not { } control) return await FailAsync(string.Join('\n', access.Errors));
        string? before = null;
        foreach (int index in listeners)
        {
            ListenerOptions listener = options.Listeners[index];
            ClientAccess? rights = control.For(listener, user, client);
            string answer = Line("read", AccessDecisions.Of(rights, topic, AclAccess.Read))
                + Line("write", AccessDecisions.Of(rights, topic, AclAccess.Write));
            // Listeners mostly have one list together.
            if (answer == before) continue;
            before = answer;
            if (listeners.Length > 1) await streams.Output.WriteLineAsync($"{ExplainedOptions.NameOf(listener)}:");
            await streams.Output.WriteAsync(answer);
        }
        return ExitCode.Success;
    }

    private static string Line(string verb, AccessDecision decision) =>
        $"{verb,-6}{(decision.IsAllowed ? "allowed" : "denied"),-9}{decision.Reason}\n";

    private async Task<int> FailAsync(string error)
    {
        await streams.Error.WriteLineAsync(error);
        return ExitCode.BadConfiguration;
    }
}
