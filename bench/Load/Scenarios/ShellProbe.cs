using System.Diagnostics;
using System.Globalization;

namespace Load.Scenarios;

/// <summary>A shell command that looks at the store between two phases of a run.</summary>
internal static class ShellProbe
{
    /// <param name="command">Runs in `sh`, with LOAD_ROUND and LOAD_PHASE in its environment; null: nothing runs.</param>
    /// <param name="round">Number of the round, from 1.</param>
    /// <param name="phase">What has just been done.</param>
    /// <returns>What it printed.</returns>
    public static string? Run(string? command, int round, string phase)
    {
        if (command is null) return null;
        ProcessStartInfo start = new("/bin/sh", ["-c", command]) { RedirectStandardOutput = true };
        start.Environment["LOAD_ROUND"] = round.ToString(CultureInfo.InvariantCulture);
        start.Environment["LOAD_PHASE"] = phase;
        using Process process = Process.Start(start)!;
        string text = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new LoadException($"the probe ended with status {process.ExitCode}");
        return text;
    }
}
