using System.Text.Json;
using Broker.Cli;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.IntegrationTests.Observing;
using Broker.Protocol;
using Broker.TestKit;

namespace Broker.IntegrationTests.Administration;

/// <summary>Traces over HTTP and on the command line.</summary>
public sealed class TraceStreamTests
{
    [Fact]
    public async Task A_trace_has_the_words_of_a_message_and_ends_with_who_reads_it()
    {
        await using InProcessAdmin admin = await InProcessAdmin.StartAsync();
        await using TestClient receiver = await admin.Broker.ConnectAsync("s");
        await receiver.SubscribeAsync("a/#", QualityOfService.AtLeastOnce);
        await using TestClient publisher = await admin.Broker.ConnectAsync("p");
        Traces traces = admin.Broker.Engine.Metrics.Traces;
        using (Stream stream = await admin.Api.StreamAsync("/api/trace?topic=a/%23&address=127.0.0.1"))
        using (StreamReader reader = new(stream))
        {
            Assert.Equal("begin", Word(await ReadAsync(reader)));
            await publisher.PublishAndCompleteAsync(new("a/b", "x", QualityOfService.AtLeastOnce) { PacketId = 3 });
            await receiver.ReceiveAndCompleteAsync();
            JsonElement accepted = await ReadAsync(reader);
            Assert.Equal("accepted", Word(accepted));
            Assert.Equal(("p", "a/b", 1, 3, 1), (
                accepted.GetProperty("clientId").GetString(), accepted.GetProperty("topic").GetString(),
                accepted.GetProperty("qos").GetInt32(), accepted.GetProperty("packetId").GetInt32(),
                accepted.GetProperty("bytes").GetInt32()));
            // What is matched is nobody's at an address.
            foreach (string word in (string[])["queued", "sent", "acked"]) Assert.Equal(word, Word(await ReadAsync(reader)));
            Assert.NotNull(traces.Now);
        }

        // Nothing tells when the broker has noticed: it has something to write until it has, one message at a time.
        while (traces.Now is not null)
        {
            await publisher.PublishAndCompleteAsync(new("a/b", "x"));
            await publisher.PingFenceAsync();
        }

        foreach (string query in (string[])["?topic=a%23", "?address=nowhere", "?rate=0", "?rate=many"])
            Assert.Equal(400, (await admin.Api.GetAsync("/api/trace" + query)).Status);
    }

    [Fact]
    public async Task There_are_so_many_traces_at_a_time()
    {
        await using InProcessAdmin admin = await InProcessAdmin.StartAsync();
        List<Stream> streams = [];
        for (int i = 0; i < Traces.CountMax; i++) streams.Add(await admin.Api.StreamAsync("/api/trace"));

        Assert.Equal(503, (await admin.Api.GetAsync("/api/trace")).Status);
        foreach (Stream stream in streams) await stream.DisposeAsync();
    }

    [Fact]
    public async Task What_is_more_than_the_rate_is_left_out_and_the_stream_says_how_much()
    {
        await using InProcessAdmin admin = await InProcessAdmin.StartAsync();
        await using TestClient publisher = await admin.Broker.ConnectAsync("p");
        using Stream stream = await admin.Api.StreamAsync("/api/trace?topic=a&rate=10");
        using StreamReader reader = new(stream);

        // Two events each: accepted, matched by nobody.
        for (int i = 0; i < 20; i++) await publisher.PublishAndCompleteAsync(new("a", "x", QualityOfService.AtLeastOnce));
        for (int i = 0; i < 11; i++) Assert.NotEqual("left_out", Word(await ReadAsync(reader)));
        Task<JsonElement> next = ReadAsync(reader);
        while (!next.IsCompleted)
        {
            admin.Broker.Advance(TimeSpan.FromSeconds(1));
            await publisher.PingFenceAsync();
        }

        Assert.Equal(("left_out", 30), (Word(await next), (await next).GetProperty("count").GetInt32()));
    }

    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    public async Task The_command_prints_a_line_each_and_ends_after_as_many_as_it_was_told(string output)
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        await using TestClient publisher = await TestClient.OverTcpAsync(broker.Broker.Port);
        await publisher.ConnectAsync("p");
        using StringWriter error = new();
        LineSignal lines = new();
        Task<int> command = new CtlCommand(new StandardStreams(TextReader.Null, lines, error)).RunAsync(
            [
                "trace", "--client", "p", "--topic", "a", "-C", "2", "--output", output,
                "--url", $"http://127.0.0.1:{broker.AdminPort}",
            ],
            CancellationToken.None);
        // Its first line says that the trace is on.
        await lines.First.WaitAsync(TestTime.Patience);
        await publisher.PublishAsync(new("a", "hello"));

        Assert.Equal(0, await command.WaitAsync(TestTime.Patience));
        string[] printed = lines.Text.TrimEnd('\n').Split('\n');
        Assert.Equal(3, printed.Length);
        Assert.Equal("", error.ToString());
        if (output == "json")
        {
            Assert.Equal(
                ["begin", "accepted", "matched"],
                printed.Select(static line => Word(JsonDocument.Parse(line).RootElement)));
            return;
        }
        Assert.StartsWith("TIME          WORD             CLIENT", printed[0], StringComparison.Ordinal);
        Assert.Contains("  accepted         p  ", printed[1], StringComparison.Ordinal);
        Assert.Contains("  matched          p  ", printed[2], StringComparison.Ordinal);
        Assert.Contains("n=0 from=p", printed[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trace", "word")]
    [InlineData("trace", "-C", "0")]
    [InlineData("trace", "--rate", "20000")]
    public async Task A_wrong_command_line_is_refused(params string[] words)
    {
        using StringWriter error = new();
        int status = await new CtlCommand(new StandardStreams(TextReader.Null, TextWriter.Null, error))
            .RunAsync([.. words, "--url", "http://127.0.0.1:1"], CancellationToken.None);

        Assert.Equal(ExitCode.BadConfiguration, status);
        Assert.Contains("broker ctl trace", error.ToString(), StringComparison.Ordinal);
    }

    private static string? Word(JsonElement happened) => happened.GetProperty("word").GetString();

    private static async Task<JsonElement> ReadAsync(StreamReader reader)
    {
        string? line;
        do line = await reader.ReadLineAsync().WaitAsync(TestTime.Patience);
        while (line is not null && !line.StartsWith("data: ", StringComparison.Ordinal));
        return JsonDocument.Parse(line!["data: ".Length..]).RootElement;
    }

    /// <summary>Says when there is a first line.</summary>
    private sealed class LineSignal : StringWriter
    {
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LineSignal() => NewLine = "\n";

        public Task First => _first.Task;

        public string Text => ToString();

        public override async Task WriteLineAsync(string? value)
        {
            await base.WriteLineAsync(value);
            _first.TrySetResult();
        }
    }
}
