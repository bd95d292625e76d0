using System.Text.Json;
using Broker.Cli;
using Broker.TestKit.Processes;

namespace Broker.UnitTests.Cli;

public class CheckConfigCommandTests
{
    private static async Task<(int Status, string Output, string Error)> RunAsync(params string[] words)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int status = await new CheckConfigCommand(new StandardStreams(TextReader.Null, output, error)).RunAsync(words);
        return (status, output.ToString(), error.ToString());
    }

    [Fact]
    public async Task Without_findings_it_says_so_and_ends_with_0()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("a.conf", "listener 1883 127.0.0.1\nallow_anonymous true\n");

        Assert.Equal((0, "0 errors, 0 warnings, 0 notes\n", ""), await RunAsync("-c", file, "--strict"));
    }

    [Fact]
    public async Task Warnings_end_with_1_only_when_that_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("a.conf", "listener 1883\nallow_anonymous true\n");

        Assert.Equal(0, (await RunAsync("-c", file)).Status);
        Assert.Equal(1, (await RunAsync("-c", file, "--strict")).Status);
    }

    [Fact]
    public async Task As_json_each_finding_has_rule_severity_place_and_text()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("a.conf", "listner 1883\n");

        (int status, string output, _) = await RunAsync("-c", file, "--format", "json");

        Assert.Equal(3, status);
        JsonElement finding = Assert.Single(JsonDocument.Parse(output).RootElement.GetProperty("findings").EnumerateArray());
        Assert.Equal("unknown-directive", finding.GetProperty("rule").GetString());
        Assert.Equal("error", finding.GetProperty("severity").GetString());
        Assert.Equal((file, 1, 1), (
            finding.GetProperty("file").GetString(), finding.GetProperty("line").GetInt32(),
            finding.GetProperty("column").GetInt32()));
        Assert.Contains("did you mean 'listener'?", finding.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_sarif_a_result_names_its_rule_and_region()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("a.conf", "max_qos 1\n  listner 1883\n");

        (_, string output, _) = await RunAsync("-c", file, "--format", "sarif");

        JsonElement run = JsonDocument.Parse(output).RootElement.GetProperty("runs")[0];
        JsonElement result = run.GetProperty("results").EnumerateArray()
            .Single(one => one.GetProperty("ruleId").GetString() == "unknown-directive");
        JsonElement region = result.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("region");
        Assert.Equal((2, 3), (region.GetProperty("startLine").GetInt32(), region.GetProperty("startColumn").GetInt32()));
        Assert.Equal("error", result.GetProperty("level").GetString());
        Assert.Contains(
            run.GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray(),
            rule => rule.GetProperty("id").GetString() == "unknown-directive");
    }

    [Theory]
    [InlineData("Error: --format takes text, json or sarif, not 'xml'.", "--format", "xml")]
    [InlineData("Error: -c argument given, but nothing behind it.", "-c")]
    [InlineData("Error: Unknown option '-x'.", "-x")]
    [InlineData("Error: 'a.conf' is one argument too many.", "a.conf")]
    public async Task Wrong_arguments_are_named(string error, params string[] words) =>
        Assert.Equal((3, "", error + "\n"), await RunAsync(words));
}
