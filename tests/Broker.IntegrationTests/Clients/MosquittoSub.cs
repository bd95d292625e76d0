using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Clients;

/// <summary>mosquitto_sub as a process that listens; what it prints of a message starts with a mark.</summary>
internal sealed class MosquittoSub : IAsyncDisposable
{
    private const string Mark = "received ";

    private readonly ChildProcess _child;

    private MosquittoSub(ChildProcess child) => _child = child;

    /// <summary>Starts it and waits for the SUBACK: from here on no message is missed.</summary>
    /// <param name="endpoint">Where to.</param>
    /// <param name="format">What is printed of a message, in mosquitto_sub's letters.</param>
    /// <param name="arguments">Topics and the rest of its options.</param>
    public static async Task<MosquittoSub> StartAsync(Endpoint endpoint, string format, params string[] arguments)
    {
        MosquittoSub sub = Launch(endpoint, format, arguments);
        try
        {
            await sub._child.Lines.WaitForAsync("Subscribed (mid:");
        }
        catch
        {
            await sub.DisposeAsync();
            throw;
        }
        return sub;
    }

    /// <summary>Starts it and does not wait for the SUBACK: for messages that the broker has already.</summary>
    /// <remarks>stdbuf has it write each line at once, which it does not do by itself into a pipe.</remarks>
    public static MosquittoSub Launch(Endpoint endpoint, string format, params string[] arguments) =>
        new(ChildProcess.Start(
            "stdbuf", ["-oL", "mosquitto_sub", .. endpoint.Arguments(), "-d", "-F", Mark + format, .. arguments]));

    /// <summary>Subscribes a session that stays, and leaves.</summary>
    public static async Task SubscribeOnceAsync(Endpoint endpoint, params string[] arguments)
    {
        ProcessRun run = await ProcessRun.OfAsync("mosquitto_sub", [.. endpoint.Arguments(), "-E", .. arguments]);
        Assert.True(run.ExitCode == 0, $"mosquitto_sub: {run}");
    }

    /// <summary>The next messages it printed, counted from the first.</summary>
    public async Task<IEnumerable<string>> MessagesAsync(int count)
    {
        IReadOnlyList<string> lines = await _child.Output.WaitForAsync(count, IsMessage, $"{count} messages");
        return lines.Select(line => line[Mark.Length..]);
    }

    /// <summary>What it has printed so far.</summary>
    public IEnumerable<string> Messages =>
        _child.Output.All.Where(static line => IsMessage(line)).Select(static line => line[Mark.Length..]);

    /// <summary>Waits until it has printed a message in these words.</summary>
    public Task WaitForAsync(string message) => _child.Output.WaitForAsync(line => line == Mark + message, message);

    public async Task<string> MessageAsync() => (await MessagesAsync(1)).Single();

    /// <summary>Waits for its own end (option -C) and returns everything it printed.</summary>
    public async Task<IEnumerable<string>> AllAsync()
    {
        int exitCode = await _child.WaitForExitAsync();
        Assert.True(exitCode == 0, $"mosquitto_sub: exit {exitCode}\n{_child.Lines}");
        return _child.Output.All.Where(line => IsMessage(line)).Select(line => line[Mark.Length..]);
    }

    /// <summary>Ends it without DISCONNECT, as a crash would.</summary>
    public async Task KillAsync()
    {
        _child.Kill();
        await _child.WaitForExitAsync();
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    private static bool IsMessage(string line) => line.StartsWith(Mark, StringComparison.Ordinal);
}
