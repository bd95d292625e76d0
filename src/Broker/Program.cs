using Broker.Cli;
using Broker.Hosting;

namespace Broker;

internal static class Program
{
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    private static Task<int> Main(string[] args)
    {
        // Read when the first socket is made: the thread that a socket wakes runs what waited for it (docs/architecture.md).
        // A command that asks a database, or waits for input, may block, which on such a thread would be for ever.
        if (args is not ["db" or "health" or "ctl", ..] && Environment.GetEnvironmentVariable(InlineCompletions) is null)
            Environment.SetEnvironmentVariable(InlineCompletions, "1");
        Daemon.DetachCopy();
        SignalLifetime.HearHangUp();
        return new CommandLine(BrokerHost.RunAsync, StandardStreams.OfProcess).InvokeAsync(args, CancellationToken.None);
    }
}
