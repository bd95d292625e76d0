using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.CrashHarness.Servers;

/// <summary>The broker under test, or another program in its place: started and killed as often as the plan says.</summary>
internal sealed class BrokerServer(HarnessOptions options, TemporaryFolder folder, int port, IStoreServer store)
    : IAsyncDisposable
{
    /// <summary>Seconds that an owner has to return after a crash before its will is published.</summary>
    public const int WillGraceSeconds = 2;

    private readonly List<string> _formerLines = [];
    private ChildProcess? _process;

    /// <summary>Another program needs other directives, and promises other things.</summary>
    private bool IsMosquitto => options.Command?.Contains("mosquitto", StringComparison.Ordinal) == true;

    /// <summary>Starts it and waits until it serves.</summary>
    /// <param name="maxInflight">max_inflight_messages of this start.</param>
    public async Task StartAsync(int maxInflight)
    {
        Launch(maxInflight);
        await _process!.Lines.WaitForAsync(
            line => line.EndsWith(" running", StringComparison.Ordinal), "the line that it is running").ConfigureAwait(false);
    }

    /// <summary>Starts it and kills it before it is ready, or when it is.</summary>
    public async Task StartAndKillAsync(int maxInflight, TimeSpan after)
    {
        Launch(maxInflight);
        try
        {
            await _process!.WaitForExitAsync(after).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It still runs, as it should; the kill follows.
        }
        await KillAsync().ConfigureAwait(false);
    }

    /// <summary>Whether it ended without being killed.</summary>
    public bool EndedByItself => _process is { HasExited: true };

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync(TestTime.Patience).ConfigureAwait(false);
        _formerLines.AddRange(_process.Lines.All);
        _formerLines.Add("==== killed");
        await _process.DisposeAsync().ConfigureAwait(false);
        _process = null;
    }

    public IEnumerable<string> LogTail(int lines) => _formerLines.Concat(_process?.Lines.All ?? []).TakeLast(lines);

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Launch(int maxInflight)
    {
        string file = folder.Write("crash.conf", Configuration(maxInflight));
        (string program, string[] arguments) = options.Command?.Split(' ') is [string first, .. string[] rest]
            ? (first, rest)
            : (BrokerProcess.Command.FileName, [.. BrokerProcess.Command.Arguments, "-c"]);
        _process = ChildProcess.Start(program, [.. arguments, file], folder: folder.Path);
    }

    private string Configuration(int maxInflight) =>
        $"""
        listener {port} 127.0.0.1
        allow_anonymous true
        max_queued_messages 0
        max_inflight_messages {maxInflight}
        {Persistence()}

        """;

    private string Persistence()
    {
        if (options.Kill == Victim.Nobody) return "persistence false";
        return IsMosquitto
            ? $"persistence true\npersistence_location {folder.Path}/"
            : $"persistence true\npersistence_url {store.Url}\nwill_grace {WillGraceSeconds}";
    }
}
