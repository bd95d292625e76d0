using Broker.IntegrationTests.Fixtures;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.WebSockets;

/// <summary>MQTT.js, as pages and node programs use it, on the two WebSocket listeners of the sample file.</summary>
[Collection(nameof(SampleBrokerCollection))]
public sealed class JavaScriptClientTests(SampleBroker broker)
{
    [Theory]
    [InlineData("ws", 3)]
    [InlineData("ws", 4)]
    [InlineData("ws", 5)]
    [InlineData("wss", 3)]
    [InlineData("wss", 4)]
    [InlineData("wss", 5)]
    public async Task Everything_comes_back_as_it_was_sent(string scheme, int version)
    {
        string url = scheme == "wss"
            ? $"wss://localhost:{broker.SecureWebSocketPort}/mqtt"
            : $"ws://127.0.0.1:{broker.WebSocketPort}/mqtt";

        ProcessRun run = await ProcessRun.OfAsync(
            "node", [Script, url, $"{version}", broker.Certificates.Authority], folder: Path.GetDirectoryName(Script));

        Assert.True(run.ExitCode == 0, $"node: {run}");
        Assert.Equal("done", run.Output[^1]);
        Assert.Equal(12, run.Output.Count(line => line.StartsWith("echo ", StringComparison.Ordinal)));
    }

    /// <summary>In the source tree, where <c>npm ci</c> puts the packages.</summary>
    private static string Script { get; } = FindScript();

    private static string FindScript()
    {
        const string Name = "tests/Broker.IntegrationTests/js/client.mjs";
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, Name)))
                return Path.Combine(folder.FullName, Name);
        throw new InvalidOperationException($"{Name} is in no folder above the tests.");
    }
}
