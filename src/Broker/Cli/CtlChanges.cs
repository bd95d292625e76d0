using System.Text.Json;

namespace Broker.Cli;

/// <summary>The commands of <c>broker ctl</c> that change something.</summary>
internal static class CtlChanges
{
    public static CtlVerb[] Verbs { get; } =
    [
        new("kick", "ID [--delete-session]", "end the connection of a client; its session stays", KickAsync)
        {
            Flags = ["--delete-session"],
        },
        new("delete-session", "ID", "delete a session, and end its connection", DeleteSessionAsync),
        new("reload", "", "read the configuration and every file it names again, all or nothing", ReloadAsync),
    ];

    private static async Task<string?> KickAsync(CtlRun run)
    {
        if (run.Arguments.Words is not [var id]) return "A client is named by its client id.";
        string more = run.Arguments.Has("--delete-session") ? "&delete_session=true" : "";
        JsonElement answer = await run.Client.AskAsync(
            HttpMethod.Delete, $"/api/clients?id={Uri.EscapeDataString(id)}{more}", run.Stop);
        await run.WriteAsync(answer, $"Client {id} disconnected{(more.Length == 0 ? "" : ", session deleted")}.");
        return null;
    }

    private static async Task<string?> DeleteSessionAsync(CtlRun run)
    {
        if (run.Arguments.Words is not [var id]) return "A session is named by its client id.";
        JsonElement answer = await run.Client.AskAsync(
            HttpMethod.Delete, $"/api/sessions?id={Uri.EscapeDataString(id)}", run.Stop);
        await run.WriteAsync(answer, $"Session {id} deleted.");
        return null;
    }

    private static async Task<string?> ReloadAsync(CtlRun run)
    {
        if (run.Arguments.Words.Count > 0) return $"'{run.Arguments.Words[0]}' is one argument too many.";
        JsonElement answer = await run.Client.AskAsync(HttpMethod.Post, "/api/reload", run.Stop);
        if (run.Arguments.IsJson)
        {
            await run.WriteJsonAsync(answer);
            return null;
        }
        foreach (JsonElement changed in answer.GetProperty("changed").EnumerateArray())
        {
            string before = changed.TryGetProperty("before", out JsonElement was) ? was.ToString() : "(not there)";
            string after = changed.TryGetProperty("after", out JsonElement now) ? now.ToString() : "(not there)";
            await run.Streams.Output.WriteLineAsync(
                $"{changed.GetProperty("section")}: {changed.GetProperty("name")}: {before} -> {after}");
        }
        foreach (JsonElement warning in answer.GetProperty("warnings").EnumerateArray())
            await run.Streams.Output.WriteLineAsync(warning.ToString());
        await run.Streams.Output.WriteLineAsync("Reloaded.");
        return null;
    }
}
