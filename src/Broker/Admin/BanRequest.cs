using System.Globalization;
using System.Text;
using System.Text.Json;
using Broker.Security.Bans;

namespace Broker.Admin;

/// <summary>A ban that an administrator wants.</summary>
/// <param name="Target">Of whom.</param>
/// <param name="Reason">Why, or null.</param>
/// <param name="Until">When it ends, milliseconds since 1970 UTC; <see cref="Ban.ForEver"/>.</param>
/// <param name="Disconnects">Whether those who are connected are disconnected.</param>
/// <param name="DeletesSessions">Whether their sessions are deleted.</param>
internal sealed record BanRequest(BanTarget Target, string? Reason, long Until, bool Disconnects, bool DeletesSessions)
{
    private const int ReasonBytesMax = 1000;
    private const long SecondsMax = 100L * 365 * 86_400;

    /// <summary>Reads the body.</summary>
    /// <param name="root">It.</param>
    /// <param name="now">Milliseconds since 1970 UTC.</param>
    /// <param name="who">Who is to be banned, for the audit log.</param>
    /// <param name="problem">What is wrong; null: nothing.</param>
    public static BanRequest? Read(JsonElement root, long now, out string who, out ApiProblem? problem)
    {
        JsonFields fields = new(root);
        string kind = fields.Text("as") ?? "";
        who = fields.Text("who") ?? "";
        if (BanTarget.Read(kind, who, out BanTarget target, out bool isKindWrong) is { } wrong)
            fields.Fail(isKindWrong ? "as" : "who", wrong);
        string? reason = fields.Text("reason");
        if (reason is not null && (reason.Any(char.IsControl) || Encoding.UTF8.GetByteCount(reason) > ReasonBytesMax))
            fields.Fail("reason", $"reason is one line of at most {ReasonBytesMax} bytes.");
        long until = ReadEnd(fields, now);
        bool disconnects = fields.Flag("disconnect", byDefault: true);
        bool deletesSessions = fields.Flag("delete_sessions");
        if (deletesSessions && !disconnects)
            fields.Fail("delete_sessions", "delete_sessions needs disconnect: a session that is deleted has no client.");
        fields.End();
        problem = fields.Problem;
        return problem is null ? new BanRequest(target, reason, until, disconnects, deletesSessions) : null;
    }

    private static long ReadEnd(JsonFields fields, long now)
    {
        string? text = fields.Text("until");
        long? seconds = fields.Number("seconds", 1, SecondsMax);
        if (text is null) return seconds is { } length ? now + (length * 1000) : Ban.ForEver;
        if (seconds is not null) fields.Fail("seconds", "until and seconds are both there: one of them says it.");
        if (text == "infinity") return Ban.ForEver;
        // Without an offset it would be the broker's own time of day.
        bool hasOffset = text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.Ordinal);
        if (!hasOffset || !text.Contains('T', StringComparison.Ordinal) || !DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset end))
        {
            fields.Fail("until", $"until is an instant such as 2030-01-31T12:00:00Z, or infinity, not '{text}'.");
            return Ban.ForEver;
        }
        long until = end.ToUnixTimeMilliseconds();
        if (until <= now) fields.Fail("until", $"until is over: {text}.");
        return until;
    }
}
