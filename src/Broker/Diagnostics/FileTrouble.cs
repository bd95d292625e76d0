using System.Globalization;
using System.Runtime.InteropServices;

namespace Broker.Diagnostics;

/// <summary>Says why a file could not be opened in words that tell an operator what to do about it.</summary>
internal static partial class FileTrouble
{
    private const int CurrentFolder = -100;
    private const uint AskForKind = 0x1;
    private const uint AskForOwner = 0x8 | 0x10;
    private const int ReadAndWrite = 4 | 2;
    private const int ReadOnlyFileSystem = 30;

    private const string IsReadOnly =
        "is on a file system that is mounted read-only: mount it for writing (mount -o remount,rw), or name another folder";

    /// <summary>One sentence: what, where, why, and for a lack of rights whose it is, its mode and who asks.</summary>
    /// <param name="what">What the file is, for example <c>password file</c>.</param>
    /// <param name="path">Its path.</param>
    /// <param name="error">What opening it threw.</param>
    public static string Describe(string what, string path, Exception error)
    {
        string reason = error switch
        {
            DirectoryNotFoundException => "its folder does not exist",
            FileNotFoundException => "it does not exist",
            UnauthorizedAccessException when Directory.Exists(path) => "it is a folder",
            UnauthorizedAccessException => Rights(path),
            _ => error.Message.TrimEnd('.'),
        };
        return $"Unable to open {what} {path}: {reason}.";
    }

    /// <summary>The numbers of a file's owner and group, or null when the system does not say.</summary>
    public static (uint User, uint Group)? OwnerOf(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            return statx(CurrentFolder, path, 0, AskForOwner, out Status status) == 0 ? (status.User, status.Group) : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null; // A libc from before 2018. The sentence then lacks the owner.
        }
    }

    /// <summary>Whether it is a file with contents, and no pipe or device that could keep its reader waiting; true where the
    /// system does not say.</summary>
    /// <param name="path">Its path; links are followed.</param>
    public static bool IsRegularFile(string path)
    {
        const ushort Kind = 0xF000;
        const ushort Regular = 0x8000;
        if (!OperatingSystem.IsLinux()) return true;
        try
        {
            return statx(CurrentFolder, path, 0, AskForKind, out Status status) != 0 || (status.Mode & Kind) == Regular;
        }
        catch (EntryPointNotFoundException)
        {
            return true; // A libc from before 2018.
        }
    }

    /// <summary>Why this process may not write into a folder that exists; null: it may, or the system does not say.</summary>
    public static string? WhyNotWritable(string folder)
    {
        const int WriteAndSearch = 2 | 1;
        if (!OperatingSystem.IsLinux() || access(folder, WriteAndSearch) == 0) return null;
        return Marshal.GetLastPInvokeError() == ReadOnlyFileSystem ? $"it {IsReadOnly}" : Rights(folder);
    }

    /// <summary>
    /// What of a file, and of the folder that it is or would be in, may not be read and written; null: all may, or the system
    /// does not say.
    /// </summary>
    /// <returns>
    /// A sentence: <c>/data belongs to root and has mode 0755, the broker runs as uid 1883: change ...</c>, or that the file
    /// system is mounted read-only.
    /// </returns>
    public static string? DescribeUnwritable(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        string? folder = Path.GetDirectoryName(path);
        while (folder is not null && !Directory.Exists(folder)) folder = Path.GetDirectoryName(folder);
        string? closed = new[] { path, folder }.FirstOrDefault(
            static each => each is not null && Path.Exists(each) && access(each, ReadAndWrite) != 0);
        if (closed is null) return null;
        bool isReadOnly = access(closed, ReadAndWrite) != 0 && Marshal.GetLastPInvokeError() == ReadOnlyFileSystem;
        return (isReadOnly ? IsReadOnly : Whose(closed)) is { } what ? $"{closed} {what}." : null;
    }

    private static string Rights(string path)
    {
        if (Whose(path) is { } whose) return $"permission denied; it {whose}";
        // A file that is not there yet: its folder does not let it be made.
        return DescribeUnwritable(path) is { } sentence ? $"permission denied; {sentence.TrimEnd('.')}" : "permission denied";
    }

    // Null: there is no such file, or the system does not say.
    private static string? Whose(string path)
    {
        if (!OperatingSystem.IsLinux() || OwnerOf(path) is not { } owner) return null;
        string mode = Convert.ToString((int)File.GetUnixFileMode(path), 8).PadLeft(4, '0');
        return $"belongs to {Name(owner.User)} and has mode {mode}, the broker runs as {Name(geteuid())}: "
            + "change the owner (chown) or the mode (chmod)";
    }

    private static string Name(uint user)
    {
        string number = user.ToString(CultureInfo.InvariantCulture);
        if (!File.Exists("/etc/passwd")) return $"uid {number}";
        string? name = File.ReadLines("/etc/passwd")
            .Select(line => line.Split(':'))
            .FirstOrDefault(fields => fields.Length > 2 && fields[2] == number)?[0];
        return name ?? $"uid {number}";
    }

    // struct statx is laid out alike on every architecture, unlike struct stat.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(20)] public uint User;
        [FieldOffset(24)] public uint Group;
        [FieldOffset(28)] public ushort Mode;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, out Status status);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int access(string path, int mode);

    [LibraryImport("libc")]
    private static partial uint geteuid();
}
