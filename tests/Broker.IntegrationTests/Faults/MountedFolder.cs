using System.Runtime.InteropServices;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Faults;

/// <summary>A small file system of a test's own, in memory; gone with the test. Where mounting is permitted.</summary>
internal sealed partial class MountedFolder : IDisposable
{
    private const ulong ReadOnly = 1;
    private const ulong Remount = 32;
    private const int Detach = 2;

    private readonly TemporaryFolder _folder = new();

    /// <param name="bytes">What it may hold.</param>
    public MountedFolder(int bytes = 8 << 20)
    {
        if (TryMount(Path, 0, Options(bytes)) is not { } trouble) return;
        _folder.Dispose();
        throw new InvalidOperationException(trouble);
    }

    /// <summary>Why none can be had; null: it can.</summary>
    public static string? WhyNot { get; } = Try();

    public string Path => _folder.Path;

    private string Filler => System.IO.Path.Combine(Path, "filler");

    /// <summary>Takes up what is free, to the last byte.</summary>
    public void Fill()
    {
        using FileStream filler = new(Filler, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        byte[] page = new byte[4096];
        while (new DriveInfo(Path).AvailableFreeSpace > 0) filler.Write(page);
    }

    /// <summary>Gives it back.</summary>
    public void MakeRoom() => File.Delete(Filler);

    /// <summary>Mounts it anew, so that it may only be read. Nobody may have a file open for writing.</summary>
    public void MakeReadOnly()
    {
        if (TryMount(Path, Remount | ReadOnly, "") is { } trouble) throw new InvalidOperationException(trouble);
    }

    public void Dispose()
    {
        _ = umount2(Path, Detach);
        _folder.Dispose();
    }

    private static string Options(int bytes) => FormattableString.Invariant($"size={bytes},mode=1777");

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux()) return "Only Linux has tmpfs.";
        using TemporaryFolder folder = new();
        string? trouble = TryMount(folder.Path, 0, Options(4096));
        if (trouble is null) _ = umount2(folder.Path, Detach);
        return trouble;
    }

    private static string? TryMount(string path, ulong flags, string options) =>
        mount("tmpfs", path, "tmpfs", flags, options) == 0
            ? null
            : $"Mounting is not permitted here: {Marshal.GetLastPInvokeErrorMessage()}.";

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int mount(string source, string target, string kind, ulong flags, string options);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int umount2(string target, int flags);
}

/// <summary>A test that mounts; skipped, with the reason, where that is not permitted.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactWithMountAttribute : FactAttribute
{
    public FactWithMountAttribute() => Skip = MountedFolder.WhyNot;
}
