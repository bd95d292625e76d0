using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Load;

/// <summary>Runs bench/Load.</summary>
internal static class LoadGenerator
{
    /// <summary>Plays a scenario, which must find nothing wrong with the broker.</summary>
    /// <returns>Its figures, as JSON.</returns>
    public static async Task<string> RunAsync(string arguments, int port)
    {
        string tool = Path.Combine(AppContext.BaseDirectory, "broker-load.dll");
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        await using ChildProcess run =
            ChildProcess.Start(host, [tool, .. arguments.Split(' '), "--port", $"{port}", "--json"]);

        int status = await run.WaitForExitAsync();

        Assert.True(status == 0, $"status {status}: {run.Lines}");
        Assert.Contains("\"verdict\":\"ok\"", run.Output.ToString(), StringComparison.Ordinal);
        return run.Output.ToString();
    }
}
