namespace Broker.IntegrationTests.Load;

/// <summary>Each scenario of bench/Load runs, with a few messages, and finds nothing wrong with the broker.</summary>
public sealed class LoadGeneratorTests(LoadTarget target) : IClassFixture<LoadTarget>
{
    [Theory]
    [InlineData("pairs --publishers 3 --qos 0 --window 8 --messages 3000 --payload 1024")]
    [InlineData("pairs --publishers 3 --qos 1 --window 1 --messages 300 --version 5")]
    [InlineData("pairs --publishers 3 --qos 2 --window 64 --messages 3000")]
    [InlineData("pairs --publishers 3 --qos 1 --rate 300 --warmup 0 --seconds 0.3")]
    [InlineData("fanout --publishers 2 --subscribers 5 --qos 1 --window 4 --messages 300")]
    [InlineData("fanin --publishers 5 --qos 0 --window 4 --messages 500")]
    [InlineData("wildcard --filters 30 --qos 0 --messages 2000")]
    [InlineData("connect --connections 3 --warmup 0 --seconds 0.3")]
    [InlineData("offline --subscribers 6 --connections 4 --messages 600 --warmup 0.1 --seconds 0.1")]
    [InlineData("retained --topics 500 --subscribers 3 --warmup 0 --seconds 0.1")]
    [InlineData("ack --publishers 3 --subscribers 2 --persistent --messages 300")]
    public Task Over_TCP(string arguments) => LoadGenerator.RunAsync($"{arguments} --pid {target.ProcessId}", target.Port);

    [Theory]
    [InlineData("pairs --tls --publishers 3 --qos 0 --window 256 --messages 20000 --payload 1024")]
    [InlineData("pairs --tls --publishers 3 --qos 2 --window 8 --messages 300")]
    public Task Over_TLS(string arguments) => LoadGenerator.RunAsync(arguments, target.TlsPort);

    [Theory]
    [InlineData("pairs --websocket --publishers 3 --qos 0 --window 256 --messages 300 --payload 70000")]
    [InlineData("pairs --websocket --publishers 3 --qos 2 --window 8 --messages 300")]
    public Task Over_WebSocket(string arguments) => LoadGenerator.RunAsync(arguments, target.WebSocketPort);

    [Fact]
    public async Task Idle_connections_are_all_there_at_the_end() =>
        Assert.Contains(
            "\"unanswered\":0,", await LoadGenerator.RunAsync("idle --connections 200", target.Port), StringComparison.Ordinal);
}
