using System.Text;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Clients;

/// <summary>mosquitto_pub, run to its end.</summary>
internal static class MosquittoPub
{
    /// <summary>Publishes one message and expects success: with QoS 1 and 2 the broker has acknowledged it.</summary>
    public static async Task SendAsync(Endpoint endpoint, string topic, string message, int qos = 0, params string[] more)
    {
        ProcessRun run = await RunAsync(endpoint, ["-t", topic, "-m", message, "-q", $"{qos}", .. more]);
        Assert.True(run.ExitCode == 0, $"mosquitto_pub: {run}");
    }

    /// <summary>Publishes the bytes of its standard input as one message.</summary>
    public static async Task SendInputAsync(Endpoint endpoint, string topic, string message, int qos = 0)
    {
        ProcessRun run = await ProcessRun.OfAsync(
            "mosquitto_pub", [.. endpoint.Arguments(), "-t", topic, "-s", "-q", $"{qos}"], Encoding.UTF8.GetBytes(message));
        Assert.True(run.ExitCode == 0, $"mosquitto_pub: {run}");
    }

    /// <summary>Publishes each line as a message of its own over one connection.</summary>
    public static async Task SendLinesAsync(Endpoint endpoint, string topic, IEnumerable<string> lines, int qos)
    {
        byte[] input = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
        ProcessRun run = await ProcessRun.OfAsync(
            "mosquitto_pub", [.. endpoint.Arguments(), "-t", topic, "-l", "-q", $"{qos}"], input);
        Assert.True(run.ExitCode == 0, $"mosquitto_pub: {run}");
    }

    public static Task<ProcessRun> RunAsync(Endpoint endpoint, params string[] arguments) =>
        ProcessRun.OfAsync("mosquitto_pub", [.. endpoint.Arguments(), .. arguments]);
}
