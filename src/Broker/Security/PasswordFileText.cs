using System.Runtime.InteropServices;
using System.Text;
using Broker.Diagnostics;

namespace Broker.Security;

/// <summary>
/// The lines of a password file, for changing it. Comments and lines that are not touched stay as they are. Not for several
/// threads.
/// </summary>
internal sealed partial class PasswordFileText
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // What renaming over a file answers that is mounted on its own into a container.
    private const int DeviceBusy = 16;

    private readonly string _path;
    private readonly List<string> _lines;

    private PasswordFileText(string path, List<string> lines)
    {
        _path = path;
        _lines = lines;
    }

    /// <summary>A file without lines; nothing is written before <see cref="Save"/>.</summary>
    public static PasswordFileText Empty(string path) => new(path, []);

    /// <summary>Reads the lines of a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static PasswordFileText Read(string path) => new(path, [.. File.ReadAllLines(path)]);

    /// <summary>The number, from 1, of the first line that has a colon but no user or nothing after it; 0: none.</summary>
    public int FirstCorruptLine() =>
        1 + _lines.FindIndex(line => HasUser(line) && (UserOf(line).Length == 0 || RestOf(line).Length == 0));

    /// <summary>Gives a user a password, in place of the old one or at the end.</summary>
    public void Set(string userName, PasswordHash hash)
    {
        string line = $"{userName}:{hash}";
        int at = IndexOf(userName);
        if (at < 0) _lines.Add(line);
        else _lines[at] = line;
    }

    /// <summary>Removes a user; false when there is none.</summary>
    public bool Remove(string userName) => _lines.RemoveAll(line => HasUser(line) && UserOf(line) == userName) > 0;

    /// <summary>Puts a hash in place of each password in plain text; what is a hash already stays.</summary>
    public void HashPlainText(Func<string, PasswordHash> hash)
    {
        for (int i = 0; i < _lines.Count; i++)
        {
            string line = _lines[i];
            if (HasUser(line) && PasswordHash.Parse(RestOf(line), isArgon2Available: true).Hash is null)
                _lines[i] = $"{UserOf(line)}:{hash(RestOf(line))}";
        }
    }

    /// <summary>
    /// Writes the file as a whole or not at all, under the owner and mode of the one it replaces; a new one is its owner's alone.
    /// </summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save()
    {
        FileInfo file = new(_path);
        string target = file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        string temporary = $"{target}.{Environment.ProcessId}.new";
        byte[] content = Encoding.UTF8.GetBytes(string.Concat(_lines.Select(line => line + "\n")));
        try
        {
            Write(temporary, FileMode.CreateNew, content);
            CopyRights(target, temporary);
            File.Move(temporary, target, overwrite: true);
        }
        catch (IOException error) when (error.HResult == DeviceBusy)
        {
            Write(target, FileMode.Create, content);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void Write(string path, FileMode mode, byte[] content)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using FileStream stream = new(path, options);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    private static void CopyRights(string from, string to)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(from)) return;
        // Only root may give a file away; for others the owner is themselves already or the file was not theirs to replace.
        if (FileTrouble.OwnerOf(from) is { } owner && chown(to, owner.User, owner.Group) != 0 && Environment.IsPrivilegedProcess)
            throw new IOException($"The owner of {from} could not be kept");
        File.SetUnixFileMode(to, File.GetUnixFileMode(from));
    }

    private static bool HasUser(string line) => !line.StartsWith('#') && line.Contains(':', StringComparison.Ordinal);

    private static string UserOf(string line) => line[..line.IndexOf(':', StringComparison.Ordinal)].Trim();

    private static string RestOf(string line) => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();

    private int IndexOf(string userName) => _lines.FindIndex(line => HasUser(line) && UserOf(line) == userName);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint user, uint group);
}
