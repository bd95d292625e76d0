using Broker.Persistence.Ef;
using Broker.Persistence.GroupCommit;
using Broker.Persistence.Loading;
using Broker.Persistence.Transfer;
using Microsoft.Data.Sqlite;

namespace Broker.Persistence.Sqlite;

/// <summary>Opens a file as a store; every way in which that can fail is a sentence.</summary>
internal static class SqliteOpening
{
    private const int Corrupt = 11;
    private const int NotADatabase = 26;
    private const int Busy = 5;
    private const string MendDamage = "Restore a copy, or move it aside to begin empty.";

    /// <summary>How the persistence file of mosquitto begins, which has the same name by default.</summary>
    private static readonly byte[] MosquittoMagic = [0x00, 0xB5, 0x00, .. "mosquitto db"u8];

    public static StoreOpening Open(string path, StoreOptions options)
    {
        StoreOpening opening = TryOpen(path, options);
        if (opening.Trouble?.Kind != StoreTroubleKind.Damaged || !options.QuarantinesDamage) return opening;
        try
        {
            string aside = SqliteFiles.MoveAside(path, options.Time.GetUtcNow());
            return TryOpen(path, options) with { QuarantinedTo = aside };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Trouble(
                StoreTroubleKind.Damaged, $"{opening.Trouble.Sentence} It cannot be moved aside: {exception.Message}");
        }
    }

    /// <summary>Why a file that is only to be read is no store; null: it may be one.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be read.</exception>
    public static StoreTrouble? FindTrouble(string path)
    {
        if (!File.Exists(path))
            return new StoreTrouble(StoreTroubleKind.Missing, $"There is no store at {path}; a broker makes one when it starts.");
        return IsMosquittos(path) ? MosquittosTrouble(path) : null;
    }

    /// <summary>Why a file cannot be opened, as a value.</summary>
    public static StoreTrouble TroubleOf(string path, Exception exception)
    {
        StoreTrouble trouble = exception is SqliteException sqlite
            ? new StoreTrouble(KindOf(sqlite), Sentence(path, sqlite))
            : new StoreTrouble(StoreTroubleKind.Unreachable, $"{path} cannot be opened: {exception.Message} {Mend(path)}");
        return trouble.Kind == StoreTroubleKind.Unreachable ? trouble with { Path = path } : trouble;
    }

    private static StoreOpening TryOpen(string path, StoreOptions options)
    {
        SqliteFileLock? fileLock = null;
        try
        {
            string folder = Path.GetDirectoryName(path)!;
            string? newFolder = Directory.Exists(folder) ? null : folder;
            Directory.CreateDirectory(folder);
            if (IsMosquittos(path)) return new StoreOpening(MosquittosTrouble(path));
            fileLock = SqliteFileLock.TryTake(path);
            if (fileLock is null)
                return Trouble(StoreTroubleKind.InUse, $"{path} is in use: another broker has it open; stop it or name another.");
            if (HasOnlyItsLog(path))
                return Trouble(StoreTroubleKind.Damaged, $"{path} is empty, but its log {path}-wal is not. {MendDamage}");
            if (Prepare(path, options, out StoredIndex? index) is { } trouble) return new StoreOpening(trouble);
            SqliteDatabase database = new(path, fileLock, newFolder);
            database.Connect();
            fileLock = null;
            return new StoreOpening(new DurableStateStore(database, index!, options));
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            return new StoreOpening(TroubleOf(path, exception));
        }
        finally
        {
            fileLock?.Dispose();
        }
    }

    private static StoreTrouble? Prepare(string path, StoreOptions options, out StoredIndex? index)
    {
        index = null;
        SqliteFiles.MakePrivate(path);
        using SqliteConnection connection = SqliteConnections.OpenForWriting(path, isNew: true);
        switch (SqliteSchema.Prepare(connection))
        {
            case SchemaState.Newer:
                return new StoreTrouble(
                    StoreTroubleKind.Newer, $"{path} was written by a newer release; start that one, or name another file.");
            case SchemaState.Foreign:
                return new StoreTrouble(
                    StoreTroubleKind.Foreign, $"{path} is a database of another program; name another file.");
            default:
                if (ImportMark.Prepare(connection, options.IsImport, path) is { } trouble) return trouble;
                SqliteConnections.Execute(connection, IndexReading.Sweep);
                index = IndexReading.Read(connection);
                return null;
        }
    }

    private static StoreTrouble MosquittosTrouble(string path) =>
        new(StoreTroubleKind.Mosquittos, $"{path} is mosquitto's own store, of another form; name another file.");

    /// <summary>
    /// Whether the database lost its contents: with nothing in the file SQLite would throw the log away and begin anew. A store
    /// that was never finished is not like this, for its first page is on the disk before there is a log.
    /// </summary>
    private static bool HasOnlyItsLog(string path) =>
        new FileInfo(path) is { Exists: true, Length: 0 } && new FileInfo(path + "-wal") is { Exists: true, Length: > 0 };

    private static bool IsMosquittos(string path)
    {
        if (!File.Exists(path)) return false;
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> start = stackalloc byte[MosquittoMagic.Length];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && start.SequenceEqual(MosquittoMagic);
    }

    private static StoreTroubleKind KindOf(SqliteException exception) => exception.SqliteErrorCode switch
    {
        Corrupt or NotADatabase => StoreTroubleKind.Damaged,
        Busy => StoreTroubleKind.InUse,
        _ => StoreTroubleKind.Unreachable,
    };

    private static string Sentence(string path, SqliteException exception) => KindOf(exception) switch
    {
        StoreTroubleKind.Damaged => $"{path} is damaged: {exception.Message} {MendDamage}",
        StoreTroubleKind.InUse => $"{path} is in use by another program: {exception.Message}",
        _ when SqliteWriteFailure.IsFull(exception) =>
            $"{path} cannot be written, its disk is full: {SqliteWriteFailure.Free(path)}. Make room there.",
        _ => $"{path} cannot be opened: {exception.Message} {Mend(path)}",
    };

    private static string Mend(string path) =>
        $"The user {Environment.UserName} has to be able to read and write {path} and its folder, and the disk must not be full.";

    private static StoreOpening Trouble(StoreTroubleKind kind, string sentence) => new(new StoreTrouble(kind, sentence));
}
