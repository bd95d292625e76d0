using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Fixtures;

/// <summary>Password files as mosquitto's own tool writes them.</summary>
internal static class PasswordFiles
{
    public static async Task CreateAsync(string path, string userName, string password)
    {
        ProcessRun run = await ProcessRun.OfAsync("mosquitto_passwd", ["-c", "-b", path, userName, password]);
        if (run.ExitCode != 0) throw new InvalidOperationException($"mosquitto_passwd: {run}");
    }
}
