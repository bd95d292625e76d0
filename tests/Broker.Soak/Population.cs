using System.Collections.Concurrent;
using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Xunit.Sdk;

namespace Broker.Soak;

/// <summary>
/// Clients that come, do what clients do, and go in every way there is. Their ids come back, and so do their sessions.
/// </summary>
internal sealed class Population(int port, SoakOptions options, SoakFindings findings)
{
    private const int Ids = 1000;
    private const int StepsMax = 60;

    private readonly ConcurrentDictionary<string, Claims> _claims = new();
    private long _lives;
    private long _published;

    public long Lives => Interlocked.Read(ref _lives);

    /// <summary>PUBLISH packets sent.</summary>
    public long Published => Interlocked.Read(ref _published);

    /// <summary>One life after another.</summary>
    /// <param name="number">Which of the clients that live at once.</param>
    /// <param name="end">When no new life begins.</param>
    public async Task LiveAsync(int number, CancellationToken end)
    {
        var random = new Random(HashCode.Combine(options.Seed, number));
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / options.StepsPerSecond));
        while (!end.IsCancellationRequested)
        {
            long life = Interlocked.Increment(ref _lives);
            string id = $"soak-{random.Next(Ids)}";
            Claims claims = _claims.GetOrAdd(id, static _ => new Claims());
            long claim = claims.Begin(out bool isAlone);
            try
            {
                await LiveAsync(id, random, pace, end).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                // The run is over in the middle of a life.
            }
            catch (Exception failure) when (failure is XunitException or IOException or InvalidOperationException)
            {
                // Who comes with the same id takes the session over, and one of the two lives ends.
                if (isAlone && claims.IsLast(claim))
                    findings.Add($"{id}, life {life}: {failure.Message.ReplaceLineEndings(" ")}");
            }
            finally
            {
                claims.End();
            }
        }
    }

    private async Task LiveAsync(string id, Random random, PeriodicTimer pace, CancellationToken end)
    {
        ProtocolVersion version = random.Next(3) == 0 ? ProtocolVersion.Mqtt311 : ProtocolVersion.Mqtt50;
        await using TestClient client = await TestClient.OverTcpAsync(port, version).ConfigureAwait(false);
        bool isClean = random.Next(3) == 0;
        await client.ConnectAsync(id, packet => packet with
        {
            CleanStart = isClean,
            SessionExpiryIntervalSeconds = version == ProtocolVersion.Mqtt50 && !isClean ? (uint)random.Next(1, 90) : 0,
            Will = random.Next(4) == 0 ? Will(random, version) : null,
        }).ConfigureAwait(false);
        var conversation = new Conversation(client, acknowledges: random.Next(8) != 0);
        for (int steps = random.Next(1, StepsMax); steps > 0; steps--)
        {
            await pace.WaitForNextTickAsync(end).ConfigureAwait(false);
            await StepAsync(conversation, random).ConfigureAwait(false);
            await conversation.DrainAsync().ConfigureAwait(false);
        }
        // Else the connection just ends.
        if (random.Next(2) == 0) await client.SendAsync(new DisconnectPacket()).ConfigureAwait(false);
    }

    private async Task StepAsync(Conversation conversation, Random random)
    {
        switch (random.Next(10))
        {
            case 0:
                await conversation.SubscribeAsync(Filter(random), (QualityOfService)random.Next(3)).ConfigureAwait(false);
                break;
            case 1:
                await conversation.UnsubscribeAsync(Filter(random)).ConfigureAwait(false);
                break;
            default:
                Interlocked.Increment(ref _published);
                await conversation.PublishAsync(Message(random)).ConfigureAwait(false);
                break;
        }
    }

    private static OutgoingPublish Message(Random random)
    {
        bool isRetained = random.Next(4) == 0;
        int size = random.Next(200) == 0 ? random.Next(100_000) : random.Next(1000);
        if (isRetained && random.Next(3) == 0) size = 0;
        return new OutgoingPublish(Topic(random), Qos: (QualityOfService)random.Next(3))
        {
            Payload = Bytes(random, size),
            Retain = isRetained,
            MessageExpirySeconds = random.Next(3) == 0 ? (uint)random.Next(1, 60) : null,
        };
    }

    private static WillMessage Will(Random random, ProtocolVersion version) => new()
    {
        Topic = Topic(random),
        Payload = Bytes(random, random.Next(500)),
        Qos = (QualityOfService)random.Next(3),
        Retain = random.Next(4) == 0,
        DelaySeconds = version == ProtocolVersion.Mqtt50 ? (uint)random.Next(20) : 0,
    };

    private static byte[] Bytes(Random random, int size)
    {
        byte[] bytes = new byte[size];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Topic(Random random) => $"soak/{random.Next(20)}/{random.Next(10)}/{random.Next(10)}";

    private static string Filter(Random random)
    {
        var filter = new StringBuilder();
        if (random.Next(5) == 0) filter.Append("$share/group").Append(random.Next(3)).Append('/');
        filter.Append("soak/").Append(random.Next(20));
        // One topic in ten of twenty branches is heard by somebody, so traffic stays bounded.
        return random.Next(3) switch
        {
            0 => filter.Append('/').Append(random.Next(10)).Append("/+").ToString(),
            1 => filter.Append("/+/").Append(random.Next(10)).ToString(),
            _ => filter.Append('/').Append(random.Next(10)).Append('/').Append(random.Next(10)).ToString(),
        };
    }

    /// <summary>Lives with the same id.</summary>
    private sealed class Claims
    {
        private readonly Lock _lock = new();
        private long _begun;
        private long _ended;

        /// <summary>One more.</summary>
        /// <param name="isAlone">Whether no other goes on.</param>
        public long Begin(out bool isAlone)
        {
            lock (_lock)
            {
                isAlone = _begun == _ended;
                return ++_begun;
            }
        }

        /// <summary>Whether none has begun since.</summary>
        public bool IsLast(long claim)
        {
            lock (_lock) return _begun == claim;
        }

        public void End()
        {
            lock (_lock) _ended++;
        }
    }
}
