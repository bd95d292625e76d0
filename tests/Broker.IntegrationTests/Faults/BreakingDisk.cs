using System.Diagnostics;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Faults;

/// <summary>
/// A file system in a file, of which the kernel can be told that it is broken: then it may only be read, until it is repaired.
/// </summary>
internal sealed class BreakingDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public BreakingDisk()
    {
        _folder.OpenToAll();
        using (FileStream image = new(Image, FileMode.CreateNew)) image.SetLength(16 << 20);
        Directory.CreateDirectory(Path);
        if ((Run("mkfs.ext4", "-q", "-F", Image) ?? Run("mount", "-o", "loop", Image, Path)) is not { } trouble) return;
        _folder.Dispose();
        throw new InvalidOperationException(trouble);
    }

    /// <summary>Why none can be had; null: it can.</summary>
    public static string? WhyNot { get; } = Try();

    public string Path => _folder.File("disk");

    private string Image => _folder.File("image");

    /// <summary>From now on it may only be read, though files of it are open for writing.</summary>
    public void Break() => Must(Run("mount", "-o", "remount,abort", Path));

    /// <summary>Repairs it. Nobody may use it meanwhile.</summary>
    public void Repair()
    {
        Must(Run("umount", Path));
        // Its exit status says that there was something to repair.
        _ = Run("e2fsck", "-f", "-y", Image);
        Must(Run("mount", "-o", "loop", Image, Path));
    }

    public void Dispose()
    {
        _ = Run("umount", "--lazy", Path);
        _folder.Dispose();
    }

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return "Only root of Linux may mount a file.";
        try
        {
            using BreakingDisk disk = new();
            return null;
        }
        catch (Exception trouble) when (trouble is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"No file can be mounted here: {trouble.Message}";
        }
    }

    private static void Must(string? trouble)
    {
        if (trouble is not null) throw new InvalidOperationException(trouble);
    }

    // Null: it went well.
    private static string? Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string words = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"{program}: {words.Trim()}";
    }
}

/// <summary>A test that breaks a disk; skipped, with the reason, where a file cannot be mounted as one.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactWithBreakingDiskAttribute : FactAttribute
{
    public FactWithBreakingDiskAttribute() => Skip = BreakingDisk.WhyNot;
}
