using System.Net.Sockets;
using System.Text;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Observing;

/// <summary>What systemd is told, by a socket that stands in its place.</summary>
public sealed class ServiceNotifierTests
{
    [Fact]
    public async Task The_manager_hears_of_start_reload_life_and_end()
    {
        using TemporaryFolder folder = new();
        using Socket manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(folder.File("notify")));
        string file = folder.Write("mosquitto.conf", $"listener {FreePorts.Take()} 127.0.0.1\nuser root\n");
        (string fileName, string[] first) = BrokerProcess.Command;
        await using ChildProcess broker = ChildProcess.Start(
            fileName, [.. first, "-c", file],
            environment: new Dictionary<string, string?>
            {
                ["NOTIFY_SOCKET"] = folder.File("notify"),
                ["WATCHDOG_USEC"] = "400000",
            });

        await HearAsync(manager, "READY=1\nSTATUS=Serving 0 clients.");
        await HearAsync(manager, "WATCHDOG=1");
        broker.Signal(1);
        string reloading = await HearAsync(manager, "RELOADING=1\nMONOTONIC_USEC=");
        Assert.True(long.Parse(reloading.Split('=')[^1], System.Globalization.CultureInfo.InvariantCulture) > 0);
        await HearAsync(manager, "READY=1");
        broker.Terminate();
        await HearAsync(manager, "STOPPING=1");
        Assert.Equal(0, await broker.WaitForExitAsync());
    }

    // Signs of life come in between.
    private static async Task<string> HearAsync(Socket manager, string wanted)
    {
        byte[] datagram = new byte[1024];
        using CancellationTokenSource patience = new(TestTime.ProcessPatience);
        while (true)
        {
            int length = await manager.ReceiveAsync(datagram, patience.Token);
            string text = Encoding.UTF8.GetString(datagram, 0, length);
            if (text.StartsWith(wanted, StringComparison.Ordinal)) return text;
            Assert.True(text is "WATCHDOG=1" || text.StartsWith("STATUS=", StringComparison.Ordinal), text);
        }
    }
}
