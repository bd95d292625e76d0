using System.Text.RegularExpressions;
using Broker.IntegrationTests.Clients;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Starting;

/// <summary>The same file and the same clients, with Debian's mosquitto and with the broker.</summary>
public sealed partial class MosquittoComparisonTests
{
    [Fact]
    public async Task Both_log_the_same_lines_about_a_client()
    {
        using TemporaryFolder folder = new();
        folder.OpenToAll();
        Endpoint[] endpoints = [new(FreePorts.Take()), new(FreePorts.Take())];
        string[] files = [.. endpoints.Select(endpoint => folder.Write(
            $"{endpoint.Port}.conf", $"listener {endpoint.Port} 127.0.0.1\nallow_anonymous true\n"))];
        await using MosquittoProcess mosquitto = await MosquittoProcess.StartAsync(files[0]);
        await using BrokerProcess broker = await BrokerProcess.StartAsync(files[1]);

        foreach (Endpoint endpoint in endpoints)
            foreach (string version in new[] { "mqttv31", "mqttv311", "mqttv5" })
                await MosquittoPub.SendAsync(endpoint with { Version = version }, "a", "x", 1, "-i", $"id-{version}", "-k", "9");

        Assert.Equal(await LinesOfClientsAsync(mosquitto.Log), await LinesOfClientsAsync(broker.Log));
    }

    [Theory]
    [InlineData("nonsense 1", 3)]
    [InlineData("listener 99999", 3)]
    [InlineData("allow_anonymous maybe", 3)]
    [InlineData("password_file", 3)]
    [InlineData("log_type loud", 3)]
    [InlineData("listener PORT\nmax_qos 3", 3)]
    [InlineData("listener PORT\nprotocol smoke", 3)]
    [InlineData("listener PORT\npassword_file /no/such/file", 13)]
    public async Task Both_refuse_a_bad_file_with_the_same_status(string configuration, int status)
    {
        using TemporaryFolder folder = new();
        folder.OpenToAll();
        configuration = configuration.Replace("PORT", $"{FreePorts.Take()} 127.0.0.1", StringComparison.Ordinal);
        string file = folder.Write("bad.conf", configuration + "\n");

        ProcessRun mosquitto = await ProcessRun.OfAsync("/usr/sbin/mosquitto", ["-c", file]);
        await using ChildProcess broker = BrokerProcess.Launch(["-c", file]);

        Assert.Equal((status, status), (mosquitto.ExitCode, await broker.WaitForExitAsync()));
    }

    /// <summary>The lines about connects and goodbyes, sorted, without time and port.</summary>
    private static async Task<IEnumerable<string>> LinesOfClientsAsync(LogLines log)
    {
        IReadOnlyList<string> lines = await log.WaitForAsync(6, line => AboutClients().IsMatch(line), "lines about clients");
        return lines.Select(line => Changing().Replace(line, "")).Order(StringComparer.Ordinal);
    }

    [GeneratedRegex("New client connected|Client .* disconnected")]
    private static partial Regex AboutClients();

    [GeneratedRegex(@"^\d+: |(?<=127\.0\.0\.1):\d+")]
    private static partial Regex Changing();
}
