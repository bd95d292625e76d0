using System.Text.Json.Nodes;
using Load.Options;
using Load.Scenarios;

namespace Broker.UnitTests.Load;

/// <summary>A whole run against a broker that does something wrong fails, and says what it was.</summary>
public sealed class FlowScenarioTests
{
    private const int Messages = 10;

    [Fact]
    public async Task An_honest_broker_passes()
    {
        (bool isGood, JsonObject report) = await RunAsync(messages => messages);

        Assert.True(isGood);
        Assert.Equal(Messages, (int)report["delivered_total"]!);
        Assert.Equal("ok", (string)report["verdict"]!);
    }

    [Fact]
    public async Task A_message_that_is_missing_is_lost()
    {
        (bool isGood, JsonObject report) = await RunAsync(messages => [.. messages[..4], .. messages[5..]]);

        Assert.False(isGood);
        Assert.Equal((1, 0, 0), Findings(report));
    }

    [Fact]
    public async Task A_message_that_comes_twice_is_a_duplicate()
    {
        (bool isGood, JsonObject report) = await RunAsync(messages => [.. messages[..4], messages[3], .. messages[4..]]);

        Assert.False(isGood);
        Assert.Equal((0, 1, 0), Findings(report));
    }

    [Fact]
    public async Task A_message_that_is_overtaken_is_out_of_order()
    {
        (bool isGood, JsonObject report) =
            await RunAsync(messages => [.. messages[..4], messages[5], messages[4], .. messages[6..]]);

        Assert.False(isGood);
        Assert.Equal((0, 0, 1), Findings(report));
    }

    [Theory]
    [InlineData("pairs", "--publishers", "3", "--subscribers", "4")]
    [InlineData("wildcard", "--topics", "10")]
    public void A_shape_that_makes_no_sense_is_refused(string name, params string[] arguments) =>
        Assert.Throws<UsageException>(() => FlowScenario.Run(name, OptionReader.Read(arguments, []), TextWriter.Null));

    private static (int Lost, int Duplicates, int OutOfOrder) Findings(JsonObject report) =>
        ((int)report["lost"]!, (int)report["duplicates"]!, (int)report["out_of_order"]!);

    private static async Task<(bool IsGood, JsonObject Report)> RunAsync(Func<byte[][], IEnumerable<byte[]>> lie)
    {
        await using var broker = new LyingBroker(Messages, lie);
        var options = new LoadOptions
        {
            Port = broker.Port,
            Publishers = 1,
            Qos = 0,
            Window = Messages,
            Messages = Messages,
            PatienceSeconds = 0.5,
            Json = true,
        };
        var output = new StringWriter();
        // The run keeps its thread until it ends, and the broker needs one as well.
        bool isGood = await Task.Factory.StartNew(
            () => FlowScenario.Run("pairs", options, output), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        return (isGood, JsonNode.Parse(output.ToString())!.AsObject());
    }
}
