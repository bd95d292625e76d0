namespace Broker.Persistence.Sqlite;

/// <summary>
/// One process has a store open: the tickets, keys and counts are in its memory. The lock is on a file beside the database, so
/// that whoever only reads the database is not shut out; it goes with the process, however that ends.
/// </summary>
internal sealed class SqliteFileLock : IDisposable
{
    private readonly FileStream _file;

    private SqliteFileLock(FileStream file) => _file = file;

    /// <summary>Where the lock of a store is.</summary>
    public static string PathOf(string path) => path + ".lock";

    /// <summary>Takes the lock; null: another process, or another store of this one, has it.</summary>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be made.</exception>
    public static SqliteFileLock? TryTake(string path)
    {
        try
        {
            return new SqliteFileLock(new FileStream(
                PathOf(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException exception) when (IsSharingViolation(exception))
        {
            return null;
        }
    }

    /// <summary>
    /// Whether somebody has it; null: it cannot be read. Asked for a moment at a time: who begins in that moment is told that it
    /// is taken.
    /// </summary>
    public static bool? IsTaken(string path)
    {
        try
        {
            if (!File.Exists(PathOf(path))) return false;
            new FileStream(PathOf(path), FileMode.Open, FileAccess.Read, FileShare.Read).Dispose();
            return false;
        }
        catch (IOException exception) when (IsSharingViolation(exception))
        {
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Why the file system does not take a byte, in its words; null: it does. Blocks while it is asked.</summary>
    public string? WhyNotWritten()
    {
        try
        {
            _file.Position = 0;
            _file.WriteByte(0);
            _file.Flush(flushToDisk: true);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    public void Dispose() => _file.Dispose();

    // EWOULDBLOCK of flock on Linux and macOS, ERROR_SHARING_VIOLATION on Windows.
    private static bool IsSharingViolation(IOException exception) =>
        exception.GetType() == typeof(IOException) && exception.HResult is 11 or 35 or unchecked((int)0x80070020);
}
