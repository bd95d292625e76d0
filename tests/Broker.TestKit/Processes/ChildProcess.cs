using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Broker.TestKit.Processes;

/// <summary>A program that a test started; it is gone when the test is.</summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private const int SignalTerminate = 15;

    private readonly Process _process;
    private int _openStreams = 2;

    private ChildProcess(Process process) => _process = process;

    /// <summary>Its standard output.</summary>
    public LogLines Output { get; } = new();

    /// <summary>Its standard error.</summary>
    public LogLines Errors { get; } = new();

    /// <summary>Both, as they came in.</summary>
    public LogLines Lines { get; } = new();

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts a program; its standard input is closed unless there is some.</summary>
    public static ChildProcess Start(
        string fileName, IEnumerable<string> arguments, byte[]? input = null, string? folder = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(fileName, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder ?? "",
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += (_, line) => child.Take(child.Output, line.Data);
        child._process.ErrorDataReceived += (_, line) => child.Take(child.Errors, line.Data);
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        if (input is not null) child._process.StandardInput.BaseStream.Write(input);
        child._process.StandardInput.Close();
        return child;
    }

    /// <summary>Asks it to end, as an operator's stop command does.</summary>
    public void Terminate() => Signal(SignalTerminate);

    /// <summary>Sends a signal by its number; a process that is gone already takes none.</summary>
    public void Signal(int number)
    {
        if (!_process.HasExited) _ = SendSignal(_process.Id, number);
    }

    /// <summary>Sends a signal to a process that the test did not start itself, such as a child of one that it did.</summary>
    public static void Signal(int process, int number) => _ = SendSignal(process, number);

    /// <summary>Ends it without a chance to say goodbye.</summary>
    public void Kill()
    {
        if (!_process.HasExited) _process.Kill();
    }

    /// <summary>Waits for its end, and for everything it wrote.</summary>
    /// <returns>The exit status; 128 + n after signal n.</returns>
    /// <exception cref="TimeoutException">It did not end; the message has its lines.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan? limit = null)
    {
        using var patience = new CancellationTokenSource(limit ?? TestTime.ProcessPatience);
        try
        {
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{_process.StartInfo.FileName} did not end:\n{Lines}");
        }
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    private void Take(LogLines lines, string? line)
    {
        lines.Add(line);
        if (line is not null || Interlocked.Decrement(ref _openStreams) == 0) Lines.Add(line);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
