using Broker.Persistence.GroupCommit;
using Microsoft.Data.Sqlite;

namespace Broker.Persistence.Sqlite;

/// <summary>Why a file that was open cannot be written any more, in words that name the place and the mend.</summary>
internal static class SqliteWriteFailure
{
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Full = 13;
    private const int CannotOpen = 14;

    /// <summary>Whether it is a matter of the disk.</summary>
    public static bool IsOfDisk(SqliteException exception) =>
        exception.SqliteErrorCode is ReadOnly or InputOutput or Full or CannotOpen;

    /// <summary>The failure with what the file system says. Blocks while it is asked.</summary>
    /// <param name="path">The store.</param>
    /// <param name="exception">What SQLite says, which knows less.</param>
    /// <param name="fileLock">Is on the same file system, and tried.</param>
    public static StoreNotWrittenException Explain(string path, SqliteException exception, SqliteFileLock fileLock)
    {
        if (IsFull(exception))
        {
            return new StoreNotWrittenException(
                $"{path} cannot be written, its disk is full", $": {Free(path)}; make room, and it goes on by itself", exception);
        }
        return fileLock.WhyNotWritten() is { } why
            ? new StoreNotWrittenException(
                $"{path} cannot be written: {why.TrimEnd('.')}", $"; {Free(path)}; the kernel's log (dmesg) may say more",
                exception)
            : new StoreNotWrittenException($"{path} cannot be written: {exception.Message.TrimEnd('.')}", "", exception);
    }

    /// <summary>How much is free where a file is, or would be.</summary>
    public static string Free(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            return FormattableString.Invariant($"{new DriveInfo(folder).AvailableFreeSpace} bytes are free in {folder}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"what is free in {folder} cannot be read";
        }
    }

    /// <summary>Whether SQLite found the disk full.</summary>
    public static bool IsFull(SqliteException exception) => exception.SqliteErrorCode == Full;
}
