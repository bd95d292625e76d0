namespace Broker.TestKit.Processes;

/// <summary>What a program that ran to its end did.</summary>
/// <param name="ExitCode">Its exit status.</param>
/// <param name="Output">Lines of its standard output.</param>
/// <param name="Errors">Lines of its standard error.</param>
public sealed record ProcessRun(int ExitCode, IReadOnlyList<string> Output, IReadOnlyList<string> Errors)
{
    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="TimeoutException">It took longer than <paramref name="limit"/> (default 30 s) and was killed.</exception>
    public static async Task<ProcessRun> OfAsync(
        string fileName, IEnumerable<string> arguments, byte[]? input = null, string? folder = null, TimeSpan? limit = null)
    {
        await using ChildProcess child = ChildProcess.Start(fileName, arguments, input, folder);
        int exitCode = await child.WaitForExitAsync(limit).ConfigureAwait(false);
        return new ProcessRun(exitCode, child.Output.All, child.Errors.All);
    }

    public override string ToString() => $"exit {ExitCode}\n{string.Join('\n', Output)}\n{string.Join('\n', Errors)}";
}
