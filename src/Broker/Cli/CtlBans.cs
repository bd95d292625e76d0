using System.Text.Json;

namespace Broker.Cli;

/// <summary>The command of <c>broker ctl</c> about who may not connect.</summary>
internal static class CtlBans
{
    public static CtlVerb[] Verbs { get; } =
    [
        new("bans",
            "list [FILTER] [--limit N] | add AS WHO [--reason TEXT] [--seconds N | --until INSTANT] [--no-disconnect] "
                + "[--delete-sessions] | remove AS WHO",
            "who may not connect; AS: clientid, username, peerhost (an address) or peerhost_net (ADDRESS/LENGTH); "
                + "without an end for ever", RunAsync)
        {
            TakesValue = ["--limit", "--reason", "--seconds", "--until"],
            Flags = ["--no-disconnect", "--delete-sessions"],
        },
    ];

    private static Task<string?> RunAsync(CtlRun run) => run.Arguments.Words switch
    {
        [] => CtlLists.ListBansAsync(run, null),
        ["list"] => CtlLists.ListBansAsync(run, null),
        ["list", var filter] => CtlLists.ListBansAsync(run, filter),
        ["add", var kind, var who] => AddAsync(run, kind, who),
        ["remove", var kind, var who] => RemoveAsync(run, kind, who),
        _ => Task.FromResult<string?>("It is list, add or remove; the latter two with AS and WHO."),
    };

    private static async Task<string?> AddAsync(CtlRun run, string kind, string who)
    {
        CtlArguments arguments = run.Arguments;
        if (arguments.TryNumber("--seconds", 1, long.MaxValue, out long? seconds) is { } wrong) return wrong;
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes))
        {
            writer.WriteStartObject();
            writer.WriteString("as", kind);
            writer.WriteString("who", who);
            if (arguments.Value("--reason") is { } reason) writer.WriteString("reason", reason);
            if (seconds is { } length) writer.WriteNumber("seconds", length);
            if (arguments.Value("--until") is { } until) writer.WriteString("until", until);
            writer.WriteBoolean("disconnect", !arguments.Has("--no-disconnect"));
            writer.WriteBoolean("delete_sessions", arguments.Has("--delete-sessions"));
            writer.WriteEndObject();
        }
        JsonElement answer = await run.Client.AskAsync(HttpMethod.Post, "/api/bans", run.Stop, bytes.ToArray());
        JsonElement ban = answer.GetProperty("ban");
        string end = ban.TryGetProperty("until", out JsonElement instant) ? $"until {instant}" : "for ever";
        await run.WriteAsync(
            answer,
            $"Banned {ban.GetProperty("as")} {CtlTable.Printable(ban.GetProperty("who").GetString()!)} {end}; "
            + $"{answer.GetProperty("disconnected")} disconnected, {answer.GetProperty("sessionsDeleted")} sessions deleted.");
        return null;
    }

    private static async Task<string?> RemoveAsync(CtlRun run, string kind, string who)
    {
        JsonElement answer = await run.Client.AskAsync(
            HttpMethod.Delete, $"/api/bans?as={Uri.EscapeDataString(kind)}&who={Uri.EscapeDataString(who)}", run.Stop);
        await run.WriteAsync(
            answer,
            $"Lifted the ban of {answer.GetProperty("as")} {CtlTable.Printable(answer.GetProperty("who").GetString()!)}.");
        return null;
    }
}
