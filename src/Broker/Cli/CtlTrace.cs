using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Broker.Cli;

/// <summary>The command of <c>broker ctl</c> that follows what becomes of messages and clients.</summary>
internal static class CtlTrace
{
    /// <summary>As wide as what usually stands there, for nobody knows what comes.</summary>
    private static readonly CompositeFormat Row =
        CompositeFormat.Parse("{0,-12}  {1,-15}  {2,-20}  {3,-30}  {4,3}  {5,5}  {6,8}  {7}");

    public static CtlVerb[] Verbs { get; } =
    [
        new("trace", "[--client ID] [--topic FILTER] [--address ADDRESS] [--rate EVENTS] [-C COUNT]",
            "print what becomes of messages and clients, live; --rate a second at most, -C ends after so many", TraceAsync)
        {
            TakesValue = ["--client", "--topic", "--address", "--rate", "-C"],
        },
    ];

    private static async Task<string?> TraceAsync(CtlRun run)
    {
        if (run.Arguments.Words.Count > 0) return "What to follow is said with --client, --topic and --address.";
        if (run.Arguments.TryNumber("-C", 1, long.MaxValue, out long? count) is { } wrongCount) return wrongCount;
        if (run.Arguments.TryNumber("--rate", 1, 10_000, out _) is { } wrongRate) return wrongRate;
        List<string> query = [];
        foreach (string name in (string[])["client", "topic", "address", "rate"])
        {
            if (run.Arguments.Value($"--{name}") is { } value) query.Add($"{name}={Uri.EscapeDataString(value)}");
        }
        long seen = 0;
        await foreach (JsonElement happened in run.Client.ReadAsync($"/api/trace?{string.Join('&', query)}", run.Stop))
        {
            bool isBegin = happened.GetProperty("word").GetString() == "begin";
            await run.Streams.Output.WriteLineAsync(
                run.Arguments.IsJson ? happened.GetRawText() : isBegin ? Heading() : Line(happened));
            await run.Streams.Output.FlushAsync(run.Stop);
            if (!isBegin && ++seen == count) return null;
        }
        throw new CtlException("The broker ended the stream: it stops.");
    }

    private static string Heading() => Format("TIME", "WORD", "CLIENT", "TOPIC", "QOS", "ID", "BYTES", "CAUSE");

    private static string Line(JsonElement happened)
    {
        string time = happened.GetProperty("time").GetDateTimeOffset().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        string[] notes =
        [
            .. Text(happened, "count", "n="), .. Text(happened, "cause", ""), .. Text(happened, "publisherId", "from="),
            .. Text(happened, "address", "at="), .. happened.TryGetProperty("dup", out _) ? (string[])["dup"] : [],
        ];
        return Format(
            time, Cell(happened, "word"), Cell(happened, "clientId"), Cell(happened, "topic"), Cell(happened, "qos"),
            Cell(happened, "packetId"), Cell(happened, "bytes"), string.Join(' ', notes));
    }

    private static string[] Text(JsonElement happened, string member, string before) =>
        happened.TryGetProperty(member, out JsonElement value) ? [before + CtlTable.Printable(value.ToString())] : [];

    private static string Cell(JsonElement happened, string member) =>
        happened.TryGetProperty(member, out JsonElement value) ? CtlTable.Printable(value.ToString()) : "-";

    private static string Format(params object[] cells) => string.Format(CultureInfo.InvariantCulture, Row, cells).TrimEnd();
}
