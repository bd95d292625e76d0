using System.Net;
using System.Net.Sockets;
using System.Text;
using Broker.IntegrationTests.Fixtures;
using Broker.TestKit;

namespace Broker.IntegrationTests.Observing;

/// <summary>Metrics that are pushed, to a collector that stands in for one and only listens.</summary>
public sealed class OtlpTests
{
    [Fact]
    [Directive("otlp_endpoint"), Directive("otlp_header"), Directive("otlp_interval")]
    public async Task A_collector_is_sent_the_instruments_as_protobuf_with_the_headers()
    {
        using TcpListener collector = new(IPAddress.Loopback, 0);
        collector.Start();
        int port = ((IPEndPoint)collector.LocalEndpoint).Port;
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync(
            $"otlp_endpoint http://127.0.0.1:{port}/v1/metrics\notlp_interval 1\notlp_header x-tenant=blue");

        (string head, string body) = await TakeAsync(collector);

        Assert.StartsWith("POST /v1/metrics HTTP/1.1", head, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/x-protobuf", head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("x-tenant: blue", head, StringComparison.OrdinalIgnoreCase);
        // Names and text of a protobuf message stand in it as they are.
        string[] names = ["broker.packets.received", "broker.ready", "broker.gc.pause", "service.name", "{packet}"];
        Assert.All(names, name => Assert.Contains(name, body, StringComparison.Ordinal));
    }

    [Fact]
    [Directive("otlp_protocol")]
    public async Task A_collector_that_speaks_gRPC_is_spoken_to_in_HTTP_2()
    {
        using TcpListener collector = new(IPAddress.Loopback, 0);
        collector.Start();
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync(
            $"otlp_endpoint http://127.0.0.1:{((IPEndPoint)collector.LocalEndpoint).Port}\notlp_protocol grpc\notlp_interval 1");
        using CancellationTokenSource patience = new(TestTime.ProcessPatience);
        using TcpClient client = await collector.AcceptTcpClientAsync(patience.Token);

        byte[] preface = new byte[14];
        await client.GetStream().ReadExactlyAsync(preface, patience.Token);

        Assert.Equal("PRI * HTTP/2.0", Encoding.ASCII.GetString(preface));
    }

    private static async Task<(string Head, string Body)> TakeAsync(TcpListener collector)
    {
        using CancellationTokenSource patience = new(TestTime.ProcessPatience);
        using TcpClient client = await collector.AcceptTcpClientAsync(patience.Token);
        NetworkStream stream = client.GetStream();
        MemoryStream received = new();
        byte[] buffer = new byte[64 * 1024];
        while (true)
        {
            int length = await stream.ReadAsync(buffer, patience.Token);
            Assert.NotEqual(0, length);
            received.Write(buffer, 0, length);
            string text = Encoding.Latin1.GetString(received.ToArray());
            int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0 || text.Length < end + 4 + ContentLength(text[..end])) continue;
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), patience.Token);
            return (text[..end], text[(end + 4)..]);
        }
    }

    private static int ContentLength(string head)
    {
        const string Name = "content-length:";
        string line = head.Split("\r\n").Single(line => line.StartsWith(Name, StringComparison.OrdinalIgnoreCase));
        return int.Parse(line[Name.Length..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
