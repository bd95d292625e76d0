using System.Globalization;
using System.Net;
using System.Text.Json;
using Broker.Configuration;
using Broker.Diagnostics;

namespace Broker.Admin;

/// <summary>A change by an administrator, or what came of the wish for one, as it is written down.</summary>
/// <param name="Time">When it was done.</param>
/// <param name="Who">Name of the token; <c>local</c>: none was asked for.</param>
/// <param name="From">Address of who asked.</param>
/// <param name="Action">What, a word or two.</param>
/// <param name="Target">A client id, a topic; empty: the broker.</param>
/// <param name="Status">HTTP status of the answer: below 400 it is done.</param>
/// <param name="Outcome">What came of it.</param>
internal sealed record AuditEntry(
    DateTimeOffset Time, string Who, string From, string Action, string Target, int Status, string Outcome);

/// <summary>
/// Says of each change by an administrator who, from where, what, and what came of it: in the log, and in the file of
/// <c>audit_log_file</c>. Thread-safe. Not for I/O threads: a file is written.
/// </summary>
internal sealed partial class AuditLog : IReloadable, IDisposable
{
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private string? _path;
    private TextLogSink? _file;

    private AuditLog(ILogger logger, TimeProvider time) => (_logger, _time) = (logger, time);

    /// <summary>Opens it.</summary>
    /// <param name="path">The file; null: none.</param>
    /// <param name="logger">The log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="error">Why there is none, a sentence; null: there is one.</param>
    public static AuditLog? Open(string? path, ILogger logger, TimeProvider time, out string? error)
    {
        AuditLog audit = new(logger, time);
        audit._file = OpenFile(path, out error);
        audit._path = path;
        return error is null ? audit : null;
    }

    /// <summary>Opens the file of other options, when it is another.</summary>
    public PreparedReload? Prepare(BrokerOptions options, ReloadReport report)
    {
        if (options.AuditLogFile == _path) return null;
        TextLogSink? file = OpenFile(options.AuditLogFile, out string? error);
        if (error is not null)
        {
            report.Errors.Add($"Error: {error}");
            return null;
        }
        return new PreparedReload(() => Replace(options.AuditLogFile, file), () => file?.Dispose());
    }

    /// <summary>Opens the file anew, after a log rotation moved it away.</summary>
    public void Reopen() => WithFile(static file => file.Reopen());

    /// <summary>Notes a change.</summary>
    public void Note(HttpContext context, string action, Change change)
    {
        IPAddress? address = context.Connection.RemoteIpAddress;
        string from = address is null ? "unknown" : new IPEndPoint(address, context.Connection.RemotePort).ToString();
        AuditEntry entry = new(
            _time.GetUtcNow(), (context.Features.Get<AdminIdentity>() ?? AdminIdentity.Local).Name, from, action, change.Target,
            change.Status, change.Outcome);
        string outcome = change.IsDone
            ? entry.Outcome
            : string.Create(CultureInfo.InvariantCulture, $"{entry.Status} {entry.Outcome}");
        Log.Changed(_logger, entry.Who, entry.From, entry.Action, entry.Target, outcome);
        string line = JsonSerializer.Serialize(entry, AdminJson.Default.AuditEntry);
        WithFile(file =>
        {
            file.Write(LogTypes.Notice, "", line);
            file.Flush();
        });
    }

    public void Dispose() => Replace(null, null);

    private static TextLogSink? OpenFile(string? path, out string? error)
    {
        error = null;
        try
        {
            return path is null ? null : TextLogSink.ToFile(path);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            error = FileTrouble.Describe("audit log file", path!, broken);
            return null;
        }
    }

    private void Replace(string? path, TextLogSink? file)
    {
        lock (_lock)
        {
            _file?.Dispose();
            (_path, _file) = (path, file);
        }
    }

    // The change is made: that it cannot be written down is for the log to say. Under the lock, or lines would mix.
    private void WithFile(Action<TextLogSink> use)
    {
        string? trouble = null;
        lock (_lock)
        {
            try
            {
                if (_file is not null) use(_file);
            }
            catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
            {
                trouble = FileTrouble.Describe("audit log file", _path!, broken);
            }
        }
        if (trouble is not null) Log.NotWritten(_logger, trouble);
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.AdministratorChanged, LogLevel.Information,
            "Administrator {Who} [{From}]: {Action} '{Target}': {Outcome}")]
        internal static partial void Changed(
            ILogger logger, string who, string from, string action, string target, string outcome);

        [LoggerMessage(
            EventIds.AuditNotWritten, LogLevel.Error, "A change by an administrator is not in the audit log. {Trouble}")]
        internal static partial void NotWritten(ILogger logger, string trouble);
    }
}
