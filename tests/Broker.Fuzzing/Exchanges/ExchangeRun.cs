using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Broker.Protocol;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.Fuzzing.Exchanges;

/// <summary>
/// Wrong exchanges with a broker that runs, over TCP and WebSocket. It has to end each of them, to serve others meanwhile, to log
/// nothing that is an exception, and to be as small as before when all are gone.
/// </summary>
internal sealed class ExchangeRun(int count, int seed, TextWriter output)
{
    private const int Workers = 8;
    private const int LookEvery = 500;

    /// <summary>What the process may have grown by since the first tenth of the exchanges, bytes.</summary>
    private const long GrowthMax = 96L << 20;

    /// <summary>A client that waits longer for its own message waits too long.</summary>
    private static readonly TimeSpan RoundTripMax = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<byte[]> _packets =
        [.. Corpus.ReadSeeds(FuzzTarget.All[0]).Select(static seed => seed[1..])];
    private readonly int _port = FreePorts.Take();
    private readonly int _webSocketPort = FreePorts.Take();
    private readonly Lock _lock = new();
    private int _next;
    private TimeSpan _slowest;

    /// <summary>Plays them all.</summary>
    /// <exception cref="BrokenException">Something did not hold; the message says what, and the seed.</exception>
    public async Task PlayAsync()
    {
        using var folder = new TemporaryFolder();
        folder.OpenToAll();
        string file = folder.Write("fuzz.conf",
            $"""
            allow_anonymous true
            persistence true
            persistence_location {folder.Path}/
            persistent_client_expiration 1s
            takeover_delay_max 0
            log_type error
            log_type warning
            connection_messages false
            listener {_port} 127.0.0.1
            listener {_webSocketPort} 127.0.0.1
            protocol websockets
            """);
        await using BrokerProcess broker =
            await BrokerProcess.StartWithAsync(["-v", "-c", file], folder.Path).ConfigureAwait(false);
        await RoundTripAsync().ConfigureAwait(false);
        await PlayAsync(count / 10).ConfigureAwait(false);
        long before = await SettleAsync(broker).ConfigureAwait(false);
        await PlayAsync(count).ConfigureAwait(false);
        long after = await SettleAsync(broker).ConfigureAwait(false);
        string? trouble = broker.Log.All.FirstOrDefault(static line =>
            line.Contains("xception", StringComparison.Ordinal) || line.StartsWith("   at ", StringComparison.Ordinal));
        Unless(trouble is null, $"it logged: {trouble}");
        Unless(after - before < GrowthMax, $"it grew by {(after - before) >> 20} MiB");
        Unless(await broker.StopAsync().ConfigureAwait(false) == 0, "it does not end well");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{count} exchanges, slowest round trip {_slowest.TotalMilliseconds:0} ms, "
            + $"resident {before >> 20} MiB after a tenth and {after >> 20} MiB after all, seed {seed}"));
    }

    private Task PlayAsync(int through) => Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(async () =>
    {
        while (Interlocked.Increment(ref _next) is var number && number <= through)
        {
            await ExchangeAsync(number).ConfigureAwait(false);
            if (number % LookEvery == 0) await RoundTripAsync().ConfigureAwait(false);
        }
        Interlocked.Decrement(ref _next);
    })));

    // What is sent depends on the seed and the number alone.
    private async Task ExchangeAsync(int number)
    {
        var random = new Random(HashCode.Combine(seed, number));
        var script = new WireScript(random, _packets);
        bool isWebSocket = random.Next(4) == 0;
        int port = isWebSocket ? _webSocketPort : _port;
        byte[] bytes = script.Next();
        if (isWebSocket) bytes = [.. WireScript.Upgrade, .. script.Frame(bytes)];
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var patience = new CancellationTokenSource(TestTime.Patience);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, patience.Token).ConfigureAwait(false);
            int cut = random.Next(bytes.Length + 1);
            await socket.SendAsync(bytes.AsMemory(0, cut), patience.Token).ConfigureAwait(false);
            // One in ten breaks off here, in the middle of whatever it was.
            if (random.Next(10) == 0) return;
            await socket.SendAsync(bytes.AsMemory(cut), patience.Token).ConfigureAwait(false);
            socket.Shutdown(SocketShutdown.Send);
            byte[] answer = new byte[4096];
            while (await socket.ReceiveAsync(answer, patience.Token).ConfigureAwait(false) > 0) { }
        }
        catch (SocketException)
        {
            // It was reset: the broker had enough of it.
        }
        catch (OperationCanceledException)
        {
            throw new BrokenException($"exchange {number} of seed {seed} has no end: {EscapedText.Of(bytes)}");
        }
    }

    private async Task RoundTripAsync()
    {
        var clock = Stopwatch.StartNew();
        await using TestClient client = await TestClient.OverTcpAsync(_port).ConfigureAwait(false);
        string topic = $"check/{Guid.NewGuid():N}";
        await client.ConnectAsync(topic).ConfigureAwait(false);
        await client.SubscribeAsync(topic, QualityOfService.AtLeastOnce).ConfigureAwait(false);
        await client.PublishAsync(new OutgoingPublish(topic, "x")).ConfigureAwait(false);
        await client.ReadAsync<ReceivedPublish>().ConfigureAwait(false);
        TimeSpan took = clock.Elapsed;
        Unless(took < RoundTripMax, $"a round trip took {took}");
        lock (_lock) _slowest = took > _slowest ? took : _slowest;
    }

    // All connections are gone, and what they left in the collector's heap as well.
    private async Task<long> SettleAsync(BrokerProcess broker)
    {
        await RoundTripAsync().ConfigureAwait(false);
        string[] status = await File.ReadAllLinesAsync($"/proc/{broker.Id}/status").ConfigureAwait(false);
        string resident = status.First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        string kilobytes = resident.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(kilobytes, CultureInfo.InvariantCulture) << 10;
    }

    private void Unless(bool holds, string what) => BrokenException.Unless(holds, $"{what} (seed {seed})");
}
