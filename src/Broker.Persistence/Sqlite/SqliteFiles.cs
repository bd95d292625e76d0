using System.Globalization;

namespace Broker.Persistence.Sqlite;

/// <summary>The files of one store.</summary>
internal static class SqliteFiles
{
    /// <summary>The database, its write-ahead log and the log's index.</summary>
    public static IEnumerable<string> Of(string path) => [path, path + "-wal", path + "-shm", SqliteFileLock.PathOf(path)];

    /// <summary>
    /// Makes a new file that only its owner reads, for messages are in it; SQLite gives the files beside it the same mode.
    /// </summary>
    public static void MakePrivate(string path)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        new FileStream(path, options).Dispose();
    }

    /// <summary>Moves a damaged database aside with its log, so that nothing of it is lost and a new one can be made.</summary>
    /// <returns>Its new path.</returns>
    /// <exception cref="IOException">It cannot be moved.</exception>
    public static string MoveAside(string path, DateTimeOffset now)
    {
        string aside = path + now.ToString("'.damaged-'yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        // The log first: alone it does no harm, while a new database beside an old log would be damaged again.
        foreach (string ending in (string[])["-shm", "-wal", ""])
        {
            if (File.Exists(path + ending)) File.Move(path + ending, aside + ending);
        }
        return aside;
    }
}
