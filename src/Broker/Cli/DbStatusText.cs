using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Broker.Persistence.Inspection;

namespace Broker.Cli;

/// <summary>What <c>broker db status</c> prints.</summary>
internal static class DbStatusText
{
    private static readonly JsonSerializerOptions Names = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>One line for a program.</summary>
    public static string Json(StoreStatus status) => JsonSerializer.Serialize(status, Names);

    /// <summary>A fact a line, for people.</summary>
    public static string Of(StoreStatus status, TimeProvider time)
    {
        Lines lines = new();
        lines.Add("store", status.Store);
        lines.Add("database", status.Provider);
        bool isNewest = status.Schema == status.NewestSchema && status.Counts is not null;
        lines.Add("schema", $"{status.Schema ?? "none of this release"}"
            + (isNewest ? ", the newest" : $"; this release has {status.NewestSchema}"));
        lines.Add("open", status.IsOpen switch
        {
            true => $"yes, {status.Holder}",
            false => "no broker has it open",
            null => "unknown, the lock file cannot be read",
        });
        foreach (StoreSize size in status.Sizes) lines.Add(size.Part, Bytes(size.Bytes));
        if (status.IsHalfImported) lines.Add("import", "half of one is in it; 'broker db import' again begins anew");
        if (status.Counts is { } counts) Add(lines, counts, time);
        return lines.ToString();
    }

    private static void Add(Lines lines, StoreCounts counts, TimeProvider time)
    {
        lines.Add("last ticket", Number(counts.Ticket));
        lines.Add("sessions", $"{Number(counts.SessionsConnected)} connected, {Number(counts.SessionsAway)} away");
        lines.Add("subscriptions", Number(counts.Subscriptions));
        lines.Add("wills", Number(counts.Wills));
        lines.Add("receipts", Number(counts.Receipts));
        lines.Add("queued", Number(counts.Queued));
        lines.Add("in flight", Number(counts.InFlight));
        lines.Add("messages", $"{Number(counts.Messages)} with {Bytes(counts.MessageBytes)} of payload");
        lines.Add("retained", $"{Number(counts.Retained)} with {Bytes(counts.RetainedBytes)} of payload");
        lines.Add("bans", Number(counts.Bans));
        if (counts.WaitingSince is not { } since) return;
        TimeSpan wait = time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(since);
        string period = string.Create(CultureInfo.InvariantCulture, $"{wait.Days} d {wait.Hours} h {wait.Minutes} min");
        lines.Add("longest wait", $"{period}, the absence of a session that is owed messages");
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Bytes(long value) => value switch
    {
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{value} bytes"),
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1024.0:F1} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value / 1048576.0:F1} MiB"),
    };

    private sealed class Lines
    {
        private readonly StringBuilder _text = new();

        public void Add(string name, string value)
        {
            if (_text.Length > 0) _text.Append('\n');
            _text.Append(name.PadRight(17)).Append(value);
        }

        public override string ToString() => _text.ToString();
    }
}
