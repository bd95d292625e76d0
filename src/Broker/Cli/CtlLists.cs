using System.Globalization;
using System.Text.Json;

namespace Broker.Cli;

/// <summary>The commands of <c>broker ctl</c> that list what there is.</summary>
internal static class CtlLists
{
    private const int PageMax = 1000;
    private const int LimitDefault = 1000;
    private const int LimitMax = 10_000_000;

    private static readonly Column[] Clients =
    [
        new("CLIENT", "clientId"), new("USER", "userName"), new("ADDRESS", "address"), new("LISTENER", "listener"),
        new("MQTT", "version"), new("CONNECTED", "connectedSeconds", IsDuration: true), new("WAITING", "waiting"),
        new("IN FLIGHT", "inFlight"),
    ];

    private static readonly Column[] Sessions =
    [
        new("CLIENT", "clientId"), new("USER", "userName"), new("ONLINE", "online"), new("SUBSCRIPTIONS", "subscriptions"),
        new("WAITING", "waiting"), new("BYTES", "waitingBytes"), new("IN FLIGHT", "inFlight"),
    ];

    private static readonly Column[] Subscriptions = [new("FILTER", "filter"), new("CLIENT", "clientId"), new("QOS", "qos")];

    private static readonly Column[] Retained =
        [new("TOPIC", "topic"), new("QOS", "qos"), new("BYTES", "payloadBytes"), new("FROM", "publisherId")];

    private static readonly Column[] Slow =
    [
        new("CLIENT", "clientId"), new("ADDRESS", "address"), new("WAIT", "waitSeconds", IsDuration: true),
        new("QUEUED", "queuedSeconds", IsDuration: true), new("UNACKED", "unacknowledgedSeconds", IsDuration: true),
        new("BLOCKED", "blockedSeconds", IsDuration: true), new("WAITING", "waiting"), new("BYTES", "waitingBytes"),
        new("IN FLIGHT", "inFlight"),
    ];

    private static readonly Column[] Deliveries =
    [
        new("STATE", "state"), new("TOPIC", "topic"), new("QOS", "qos"), new("BYTES", "payloadBytes"), new("ID", "packetId"),
        new("AGE", "ageSeconds", IsDuration: true),
    ];

    private static readonly Column[] Bans =
    [
        new("AS", "as"), new("WHO", "who"), new("ENDS IN", "remainingSeconds", IsDuration: true), new("BY", "by"),
        new("REASON", "reason"),
    ];

    public static CtlVerb[] Verbs { get; } =
    [
        new("clients", "[FILTER] [--limit N]",
            "clients that are connected; FILTER: a part of client id, user or address, or a pattern with * and ?",
            run => ListAsync(run, "/api/clients", Clients)) { TakesValue = ["--limit"] },
        new("sessions", "[FILTER] [--limit N]", "sessions, with and without their client",
            run => ListAsync(run, "/api/sessions", Sessions)) { TakesValue = ["--limit"] },
        new("subscriptions", "[FILTER] [--limit N]", "subscriptions of all sessions",
            run => ListAsync(run, "/api/subscriptions", Subscriptions)) { TakesValue = ["--limit"] },
        new("session", "ID", "one session: its connection, subscriptions, what is in flight and what waits", ShowSessionAsync),
        new("slow", "", "connected clients that do not keep up, the longest wait first",
            run => ListAsync(run, "/api/slow", Slow)) { TakesValue = ["--limit"] },
        new("retained", "[FILTER] [--limit N] | --show TOPIC | --delete FILTER",
            "retained messages: list, print one, delete some", RetainedAsync) { TakesValue = ["--limit", "--show", "--delete"] },
    ];

    /// <summary>Who may not connect.</summary>
    public static Task<string?> ListBansAsync(CtlRun run, string? filter) => ListAsync(run, "/api/bans", Bans, filter);

    private static async Task<string?> ListAsync(CtlRun run, string path, Column[] columns) =>
        run.Arguments.Words.Count > 1
            ? $"'{run.Arguments.Words[1]}' is one argument too many."
            : await ListAsync(run, path, columns, run.Arguments.Words.FirstOrDefault());

    private static async Task<string?> ListAsync(CtlRun run, string path, Column[] columns, string? word)
    {
        if (run.Arguments.TryNumber("--limit", 1, LimitMax, out long? given) is { } wrong) return wrong;
        long limit = given ?? LimitDefault;
        string filter = word is not null ? $"&filter={Uri.EscapeDataString(word)}" : "";
        List<JsonElement> items = [];
        string after = "";
        string? next;
        do
        {
            long count = Math.Min(PageMax, limit - items.Count);
            JsonElement page = await run.Client.AskAsync(
                HttpMethod.Get, $"{path}?limit={count}&after={Uri.EscapeDataString(after)}{filter}", run.Stop);
            items.AddRange(page.GetProperty("items").EnumerateArray());
            next = page.TryGetProperty("next", out JsonElement more) ? more.GetString() : null;
            after = next ?? "";
        }
        while (next is not null && items.Count < limit);
        await WriteAsync(run, items, columns);
        if (next is not null) await run.Streams.Error.WriteLineAsync($"There are more than {limit}: --limit N shows them.");
        return null;
    }

    private static async Task WriteAsync(CtlRun run, List<JsonElement> items, Column[] columns)
    {
        if (run.Arguments.IsJson)
        {
            string lines = string.Join(",\n", items.Select(static item => $" {item.GetRawText()}"));
            await run.Streams.Output.WriteLineAsync(items.Count == 0 ? "[]" : $"[\n{lines}\n]");
            return;
        }
        await run.Streams.Output.WriteAsync(Table(run, items, columns));
    }

    private static string Table(CtlRun run, List<JsonElement> items, Column[] columns) => CtlTable.Write(
        [.. columns.Select(static column => column.Heading)],
        [.. items.Select(item => columns.Select(column => column.Of(item)).ToArray())], run.Width);

    private static async Task<string?> RetainedAsync(CtlRun run)
    {
        string? show = run.Arguments.Value("--show");
        string? delete = run.Arguments.Value("--delete");
        if (show is null && delete is null) return await ListAsync(run, "/api/retained", Retained);
        if (run.Arguments.Words.Count > 0 || (show is not null && delete is not null))
            return "--show and --delete go without each other, and without a FILTER of their own.";
        if (show is not null)
        {
            JsonElement message = await run.Client.AskAsync(
                HttpMethod.Get, $"/api/retained?topic={Uri.EscapeDataString(show)}", run.Stop);
            await run.WriteAsync(message, CtlMessages.TextOf(message, run.Width is not null));
            return null;
        }
        long deleted = 0;
        JsonElement answer;
        do
        {
            answer = await run.Client.AskAsync(
                HttpMethod.Delete, $"/api/retained?filter={Uri.EscapeDataString(delete!)}", run.Stop);
            deleted += answer.GetProperty("deleted").GetInt64();
        }
        while (answer.GetProperty("hasMore").GetBoolean());
        await run.WriteAsync(answer, $"Deleted {deleted} retained messages.");
        return null;
    }

    private static async Task<string?> ShowSessionAsync(CtlRun run)
    {
        if (run.Arguments.Words is not [var id]) return "A session is shown by its client id.";
        JsonElement detail = await run.Client.AskAsync(HttpMethod.Get, $"/api/sessions?id={Uri.EscapeDataString(id)}", run.Stop);
        if (run.Arguments.IsJson)
        {
            await run.WriteJsonAsync(detail);
            return null;
        }
        List<string[]> facts = [];
        foreach (string part in (string[])["session", "client", "connection", "will", "drops"])
        {
            if (!detail.TryGetProperty(part, out JsonElement members)) continue;
            foreach (JsonProperty member in members.EnumerateObject())
                facts.Add([$"{part}.{member.Name}", member.Value.ToString()]);
        }
        await run.Streams.Output.WriteAsync(CtlTable.Write(["FACT", "VALUE"], facts, run.Width));
        await WritePartAsync(run, "Subscriptions", detail.GetProperty("subscriptions"), Subscriptions);
        await WritePartAsync(run, "In flight", detail.GetProperty("inFlight"), Deliveries);
        await WritePartAsync(run, "Queue", detail.GetProperty("queue").GetProperty("items"), Deliveries);
        return null;
    }

    private static async Task WritePartAsync(CtlRun run, string title, JsonElement items, Column[] columns)
    {
        List<JsonElement> all = [.. items.EnumerateArray()];
        if (all.Count == 0) return;
        await run.Streams.Output.WriteAsync($"\n{title}\n{Table(run, all, columns)}");
    }

    /// <summary>A column of a list.</summary>
    /// <param name="Heading">Above it.</param>
    /// <param name="Member">Of an item.</param>
    /// <param name="IsDuration">Whether it is seconds.</param>
    private sealed record Column(string Heading, string Member, bool IsDuration = false)
    {
        public string Of(JsonElement item)
        {
            if (!item.TryGetProperty(Member, out JsonElement value)) return "-";
            if (IsDuration) return Duration(value.GetInt64());
            return value.ValueKind switch
            {
                JsonValueKind.True => "yes",
                JsonValueKind.False => "no",
                _ => value.ToString(),
            };
        }

        private static string Duration(long seconds)
        {
            TimeSpan time = TimeSpan.FromSeconds(seconds);
            return time.Days > 0
                ? string.Create(CultureInfo.InvariantCulture, $"{time.Days}d{time.Hours:00}h")
                : time.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.Hours}h{time.Minutes:00}m")
                : time.TotalMinutes >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}m{time.Seconds:00}s")
                : string.Create(CultureInfo.InvariantCulture, $"{time.Seconds}s");
        }
    }
}
