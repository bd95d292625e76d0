using System.Data.Common;
using Broker.Configuration;
using Broker.Configuration.Mosquitto;
using Broker.Persistence;
using Broker.Persistence.Inspection;
using Broker.Persistence.Transfer;

namespace Broker.Cli;

/// <summary><c>broker db</c>: looks at a store, checks it, brings it up to date, moves it.</summary>
/// <param name="streams">Where to read and write.</param>
internal sealed class DbCommand(StandardStreams streams)
{
    private const string Usage =
        """
        broker db looks at the store of a broker, checks it and moves it.

        Usage: broker db COMMAND [-c config_file] [--url URL]

         -c    : the store that this mosquitto.conf names; BROKER_PERSISTENCE_URL wins over it.
         --url : this store: sqlite:///path/broker.db, postgres://user:password@host/database or
                 the path of a file. Wins over both.
         Without any of them it is ./data/broker.db, as for a broker without a file.

        Commands:
         status [--json]  where it is, who has it open, what is in it, how large it is.
         verify           check that everything in it fits together. Exit status 1 when something does not.
         export [FILE]    write everything in it as JSON lines, as it is at this moment.
         import [FILE]    fill an empty store from an export, all of it or nothing.
         migrate          bring its tables up to date, which a start of the broker does as well.

        status, verify and export only read, and may be used while a broker runs. Without a file, or with -,
        export writes to standard output and import reads standard input. From SQLite to PostgreSQL:

         broker db export --url sqlite:///var/lib/broker/broker.db |
           broker db import --url postgres://mqtt:secret@dbhost/mqtt

        docs/store.md has the form of an export, docs/sql.md queries for sqlite3 and psql.
        """;

    /// <summary>Does what the arguments say and gives the exit code.</summary>
    public async Task<int> RunAsync(string[] words, CancellationToken stop)
    {
        (DbArguments arguments, string? error) = DbArguments.Parse(words);
        if (error is not null) return await WrongAsync($"{error} 'broker db help' shows what there is.");
        if (arguments.IsHelp)
        {
            await streams.Output.WriteLineAsync(Usage);
            return ExitCode.Success;
        }
        if (await FindStoreAsync(arguments) is not { } location) return ExitCode.BadConfiguration;
        try
        {
            return arguments.Command switch
            {
                "status" => await StatusAsync(location, arguments.IsJson),
                "verify" => await VerifyAsync(location, stop),
                "migrate" => await MigrateAsync(location),
                "export" => await ExportAsync(location, arguments.File, stop),
                _ => await ImportAsync(location, arguments.File, stop),
            };
        }
        catch (TransferException exception)
        {
            return await FailedAsync(exception.Message);
        }
        catch (DbException exception)
        {
            return await FailedAsync($"The store {StateStores.Shown(location)} cannot be read: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return await FailedAsync(exception.Message);
        }
    }

    /// <summary>As the broker finds it.</summary>
    private async Task<string?> FindStoreAsync(DbArguments arguments)
    {
        if (arguments.Url is { } url) return url;
        if (arguments.ConfigFile is null && PersistenceVariables.Url is { } named) return named;
        ConfigurationResult configuration = MosquittoConfiguration.Load(arguments.ConfigFile, new CommandLineOverrides
        {
            PersistenceLocation = PersistenceVariables.Location,
            PersistenceUrl = PersistenceVariables.Url,
        });
        foreach (ConfigurationDiagnostic remark in configuration.Diagnostics)
        {
            if (remark.Severity != DiagnosticSeverity.Error) continue;
            foreach (string line in remark.Lines()) await streams.Error.WriteLineAsync(line);
        }
        if (configuration.Options?.Persistence is not { } persistence) return null;
        if (!persistence.IsEnabled)
        {
            await streams.Error.WriteLineAsync(
                $"Error: {arguments.ConfigFile} keeps no state: 'persistence true' and 'persistence_url' are missing. "
                + "Name a store with --url.");
            return null;
        }
        return StoreOf(persistence);
    }

    /// <summary>A file of mosquitto's stays as it is, and the broker's is beside it.</summary>
    private static string StoreOf(PersistenceOptions persistence)
    {
        string location = persistence.StoreLocation;
        if (persistence.Url is not null) return location;
        using StoreInspection? store = StoreInspection.Open(location, out StoreTrouble? trouble);
        return trouble?.Kind == StoreTroubleKind.Mosquittos ? location + ".broker" : location;
    }

    private async Task<int> StatusAsync(string location, bool isJson)
    {
        using StoreInspection? store = StoreInspection.Open(location, out StoreTrouble? trouble);
        if (store is null) return await FailedAsync(trouble!.Sentence);
        StoreStatus status = store.ReadStatus();
        await streams.Output.WriteLineAsync(isJson ? DbStatusText.Json(status) : DbStatusText.Of(status, TimeProvider.System));
        return ExitCode.Success;
    }

    private async Task<int> VerifyAsync(string location, CancellationToken stop)
    {
        using StoreInspection? store = OpenToRead(location, out string? sentence);
        if (store is null) return await FailedAsync(sentence!);
        int count = 0;
        await foreach (string finding in new StoreVerification(store, StoredTopicRules.All).FindAsync(stop))
        {
            await streams.Output.WriteLineAsync(finding);
            count++;
        }
        if (count > 0) return await FailedAsync($"{store.Name}: {(count == 1 ? "1 finding" : $"{count} findings")}.");
        await streams.Output.WriteLineAsync($"{store.Name}: everything in it fits together.");
        return ExitCode.Success;
    }

    private async Task<int> MigrateAsync(string location)
    {
        string? before;
        using (StoreInspection? store = StoreInspection.Open(location, out StoreTrouble? trouble))
        {
            if (store is null) return await FailedAsync(trouble!.Sentence);
            before = store.SchemaVersion;
        }
        StoreOpening opening = StateStores.Open(new StoreOptions { Location = location });
        if (!opening.IsOpen) return await FailedAsync(opening.Trouble.Sentence);
        opening.Store.Dispose();
        string newest = StoreInspection.NewestSchemaVersion;
        await streams.Output.WriteLineAsync(
            before == newest
                ? $"The tables are {newest} already."
                : $"The tables were {before ?? "none"}, and are {newest} now.");
        return ExitCode.Success;
    }

    private async Task<int> ExportAsync(string location, string? file, CancellationToken stop)
    {
        using StoreInspection? store = OpenToRead(location, out string? sentence);
        if (store is null) return await FailedAsync(sentence!);
        if (store.IsHalfImported()) return await FailedAsync($"{store.Name} holds half of an import; finish that first.");
        // Only who exports may read it: messages are in it. A file that is there is not lost by a wrong name.
        Stream output = file is null ? Console.OpenStandardOutput() : new FileStream(file, NewFile);
        await using (output)
        {
            TransferCounts counts = await StoreExport.WriteAsync(store, output, TimeProvider.System, stop);
            await streams.Error.WriteLineAsync($"Exported {counts}.");
        }
        return ExitCode.Success;
    }

    private async Task<int> ImportAsync(string location, string? file, CancellationToken stop)
    {
        Stream input = file is null ? Console.OpenStandardInput() : File.OpenRead(file);
        await using (input)
        {
            TransferCounts counts = await StoreImport.RunAsync(location, input, StoredTopicRules.All, stop);
            await streams.Error.WriteLineAsync($"Imported {counts}.");
        }
        return ExitCode.Success;
    }

    private static FileStreamOptions NewFile
    {
        get
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return options;
        }
    }

    private static StoreInspection? OpenToRead(string location, out string? sentence)
    {
        StoreInspection? store = StoreInspection.Open(location, out StoreTrouble? trouble);
        trouble ??= store!.SchemaTrouble;
        sentence = trouble?.Sentence;
        if (trouble is null) return store;
        store?.Dispose();
        return null;
    }

    private async Task<int> WrongAsync(string sentence)
    {
        await streams.Error.WriteLineAsync(sentence);
        return ExitCode.BadConfiguration;
    }

    private async Task<int> FailedAsync(string sentence)
    {
        await streams.Error.WriteLineAsync($"Error: {sentence}");
        return ExitCode.Failure;
    }
}
