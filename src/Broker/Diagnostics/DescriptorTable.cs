using System.IO.Enumeration;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Broker.Diagnostics;

/// <summary>The file descriptors of a process: how many it may have, how many it has, and whether it gets another.</summary>
/// <param name="Limit">Reads the limit that holds now; it may change while the process runs.</param>
/// <param name="Count">Counts those that are open, which takes time with their number; null: not even that can be opened.</param>
/// <param name="TryOpen">Opens one that holds nothing; null: there is none left, of the process or of the machine.</param>
internal sealed record DescriptorTable(Func<long> Limit, Func<long?> Count, Func<SafeFileHandle?> TryOpen)
{
    private const string Open = "/proc/self/fd";
    private const string Nothing = "/dev/null";

    /// <summary>Of this process. Where the system cannot be asked it has no limit.</summary>
    public static DescriptorTable OfProcess { get; } =
        OperatingSystem.IsLinux() && Directory.Exists(Open) && File.Exists(Nothing)
            ? new(DescriptorLimit.Read, CountOpen, TryOpenNothing)
            : new(static () => DescriptorLimit.None, static () => 0, static () => new SafeFileHandle());

    private static long? CountOpen()
    {
        try
        {
            // Without what it is counted by.
            return new FileSystemEnumerable<bool>(
                Open, static (ref FileSystemEntry _) => true, new EnumerationOptions { AttributesToSkip = 0 }).LongCount() - 1;
        }
        catch (IOException)
        {
            // Too many files are open, which is an answer.
            return null;
        }
    }

    private static SafeFileHandle? TryOpenNothing()
    {
        try
        {
            return File.OpenHandle(Nothing, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (IOException)
        {
            // As above.
            return null;
        }
    }
}

/// <summary>
/// The limit that the kernel holds a process to. The runtime has raised the soft one to the hard one at its start.
/// </summary>
internal static partial class DescriptorLimit
{
    /// <summary>Where there is none.</summary>
    public const long None = long.MaxValue;

    private const int NoFile = 7;

    public static unsafe long Read()
    {
        ulong* limits = stackalloc ulong[2];
        return getrlimit(NoFile, limits) != 0 || limits[0] > None ? None : (long)limits[0];
    }

    [LibraryImport("libc")]
    private static unsafe partial int getrlimit(int resource, ulong* limits);
}
