using System.Text.Json;

namespace Broker.Cli;

/// <summary>The commands of <c>broker ctl</c> for messages, with the options of mosquitto_pub and mosquitto_sub.</summary>
internal static class CtlMessages
{
    public static CtlVerb[] Verbs { get; } =
    [
        new("publish", "TOPIC [MESSAGE | -m MESSAGE | -f FILE | -s | -n] [-q QOS] [-r] [--expiry SECONDS] [--content-type TEXT] "
                + "[--response-topic TOPIC] [--correlation-data TEXT] [--user-property NAME=VALUE]...",
            "publish a message: from the command line, a file, standard input, or empty; -r retains it", PublishAsync)
        {
            TakesValue =
            [
                "-t", "-m", "-f", "-q", "--expiry", "--content-type", "--response-topic", "--correlation-data", "--user-property",
            ],
            Flags = ["-s", "-n", "-r"],
        },
        new("subscribe", "FILTER [-v] [-C COUNT] [--no-retained]",
            "print messages as they are published; -v with their topic, -C ends after so many", SubscribeAsync)
        {
            TakesValue = ["-t", "-C"],
            Flags = ["-v", "--no-retained"],
        },
    ];

    /// <summary>The payload as text; of one that is none its length and base64.</summary>
    /// <param name="message">As the API has it.</param>
    /// <param name="isForTerminal">Whether a terminal shows it: whoever may publish must not command that. A file has it as it
    /// is.</param>
    public static string TextOf(JsonElement message, bool isForTerminal)
    {
        if (message.TryGetProperty("text", out JsonElement text))
            return isForTerminal ? CtlTable.PrintableLines(text.GetString()!) : text.GetString()!;
        byte[] payload = message.GetProperty("payload").GetBytesFromBase64();
        return $"({payload.Length} bytes: {Convert.ToBase64String(payload)})";
    }

    private static async Task<string?> PublishAsync(CtlRun run)
    {
        CtlArguments arguments = run.Arguments;
        List<string> words = [.. arguments.Values("-t"), .. arguments.Words];
        if (words.Count is 0 or > 2) return "A message needs one topic.";
        string? text = arguments.Value("-m") ?? words.ElementAtOrDefault(1);
        int sources = (text is null ? 0 : 1) + arguments.Values("-f").Count + (arguments.Has("-s") ? 1 : 0)
            + (arguments.Has("-n") ? 1 : 0);
        if (sources != 1 || (arguments.Value("-m") is not null && words.Count > 1))
            return "A message is said in one way: MESSAGE, -m MESSAGE, -f FILE, -s for standard input, or -n for an empty one.";
        if (arguments.TryNumber("-q", 0, 2, out long? qos) is { } wrongQos) return wrongQos;
        if (arguments.TryNumber("--expiry", 0, uint.MaxValue, out long? expiry) is { } wrongExpiry) return wrongExpiry;
        IReadOnlyList<string> pairs = arguments.Values("--user-property");
        if (pairs.FirstOrDefault(static pair => !pair.Contains('=', StringComparison.Ordinal)) is { } bad)
            return $"--user-property takes NAME=VALUE, not '{bad}'.";
        byte[] payload = text is not null ? System.Text.Encoding.UTF8.GetBytes(text)
            : arguments.Value("-f") is { } file ? await File.ReadAllBytesAsync(file, run.Stop)
            : arguments.Has("-s") ? await ReadInputAsync(run)
            : [];
        byte[] body = Body(arguments, words[0], payload, qos ?? 0, expiry);
        JsonElement answer = await run.Client.AskAsync(HttpMethod.Post, "/api/publish", run.Stop, body);
        await run.WriteAsync(answer, $"Published to {answer.GetProperty("matchingSubscribers")} subscribers.");
        return null;
    }

    private static async Task<byte[]> ReadInputAsync(CtlRun run)
    {
        await using Stream input = run.Streams.OpenInput();
        using MemoryStream bytes = new();
        await input.CopyToAsync(bytes, run.Stop);
        return bytes.ToArray();
    }

    private static byte[] Body(CtlArguments arguments, string topic, byte[] payload, long qos, long? expiry)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes))
        {
            writer.WriteStartObject();
            writer.WriteString("topic", topic);
            writer.WriteBase64String("payload_base64", payload);
            writer.WriteNumber("qos", qos);
            writer.WriteBoolean("retain", arguments.Has("-r"));
            writer.WriteStartObject("properties");
            if (expiry is { } seconds) writer.WriteNumber("message_expiry_seconds", seconds);
            if (arguments.Value("--content-type") is { } contentType) writer.WriteString("content_type", contentType);
            if (arguments.Value("--response-topic") is { } responseTopic) writer.WriteString("response_topic", responseTopic);
            if (arguments.Value("--correlation-data") is { } data)
                writer.WriteBase64String("correlation_data_base64", System.Text.Encoding.UTF8.GetBytes(data));
            writer.WriteStartArray("user_properties");
            foreach (string pair in arguments.Values("--user-property"))
            {
                int equals = pair.IndexOf('=', StringComparison.Ordinal);
                writer.WriteStartObject();
                writer.WriteString("name", pair[..equals]);
                writer.WriteString("value", pair[(equals + 1)..]);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return bytes.ToArray();
    }

    private static async Task<string?> SubscribeAsync(CtlRun run)
    {
        List<string> words = [.. run.Arguments.Values("-t"), .. run.Arguments.Words];
        if (words is not [var filter]) return "One topic filter is subscribed to.";
        if (run.Arguments.TryNumber("-C", 1, long.MaxValue, out long? count) is { } wrong) return wrong;
        string retained = run.Arguments.Has("--no-retained") ? "&retained=false" : "";
        long seen = 0;
        await foreach (JsonElement message in run.Client.ReadAsync(
            $"/api/messages?filter={Uri.EscapeDataString(filter)}{retained}", run.Stop))
        {
            string topic = run.Arguments.Has("-v") ? $"{CtlTable.Printable(message.GetProperty("topic").GetString()!)} " : "";
            await run.Streams.Output.WriteLineAsync(
                run.Arguments.IsJson ? message.GetRawText() : topic + TextOf(message, run.Width is not null));
            if (++seen == count) return null;
        }
        throw new CtlException("The broker ended the stream: it stops, or another administrator ended it.");
    }
}
