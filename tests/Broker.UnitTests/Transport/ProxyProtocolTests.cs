using System.Net;
using Broker.Configuration;
using Broker.TestKit;
using Broker.Transport.Proxy;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Transport;

public sealed class ProxyProtocolTests
{
    [Fact]
    public async Task A_header_that_does_not_come_is_waited_for_ten_seconds()
    {
        FakeTimeProvider time = new();
        TestLog log = new();
        PipePair pipes = new();
        DefaultConnectionContext context = new("slow", pipes.Broker, pipes.Broker)
        {
            RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 50_000),
        };
        ListenerOptions listener = new() { Proxy = new ProxyOptions(1) };
        bool isServed = false;

        Task serving = new ProxyProtocol(time, () => true, log).ServeAsync(context, listener, _ =>
        {
            isServed = true;
            return Task.CompletedTask;
        });
        await pipes.Client.Output.WriteAsync("PROXY TCP4 203"u8.ToArray());
        time.Advance(ProxyProtocol.Patience - TimeSpan.FromMilliseconds(1));
        Assert.False(serving.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await serving.WaitAsync(TestTime.Patience);

        Assert.False(isServed);
        Assert.Equal(["Connection from 127.0.0.1:50000 rejected, no PROXY header within 10 seconds."], log.Lines.All);
    }
}
