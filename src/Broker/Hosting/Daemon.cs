using System.Diagnostics;
using System.Runtime.InteropServices;
using Broker.Configuration;

namespace Broker.Hosting;

/// <summary>
/// The background process of <c>-d</c>. A .NET process cannot fork, so a copy of it is started with the same arguments;
/// the copy leaves the terminal's session and closes its standard streams.
/// </summary>
internal static partial class Daemon
{
    private const string CopyVariable = "BROKER_DAEMON_COPY";
    private const int ReadWrite = 2;

    /// <summary>Whether this process is the copy.</summary>
    public static bool IsCopy => Environment.GetEnvironmentVariable(CopyVariable) is not null;

    /// <summary>Starts the copy and gives the exit code of this process, which should end now.</summary>
    public static int StartCopy()
    {
        string[] all = Environment.GetCommandLineArgs();
        string program = Environment.ProcessPath!;
        // "dotnet broker.dll ..." runs as dotnet; the first argument is then the assembly, else the program itself.
        bool isHosted = Path.GetFileNameWithoutExtension(program) == "dotnet";
        var start = new ProcessStartInfo(program, isHosted ? all : all[1..]);
        start.Environment[CopyVariable] = "1";
        using Process? copy = Process.Start(start);
        return copy is null ? ExitCode.Failure : ExitCode.Success;
    }

    /// <summary>
    /// In the copy: leaves the session of the terminal; standard input, output and error become <c>/dev/null</c>. Must come
    /// before the console is used: it keeps streams of its own from then on.
    /// </summary>
    public static void DetachCopy()
    {
        if (!IsCopy) return;
        // Fails only for a process that leads a session already, which is what is wanted.
        _ = setsid();
        int nothing = open("/dev/null", ReadWrite);
        if (nothing < 0) return;
        for (int stream = 0; stream <= 2; stream++) _ = dup2(nothing, stream);
        if (nothing > 2) _ = close(nothing);
    }

    [LibraryImport("libc")]
    private static partial int setsid();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int dup2(int from, int to);

    [LibraryImport("libc")]
    private static partial int close(int stream);
}
