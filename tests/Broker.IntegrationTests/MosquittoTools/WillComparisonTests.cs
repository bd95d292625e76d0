using Broker.IntegrationTests.Fixtures;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.ProtocolVersion;
using static Broker.Protocol.QualityOfService;

namespace Broker.IntegrationTests.MosquittoTools;

/// <summary>Whoever watches wills gets from the broker what mosquitto sends, packet by packet.</summary>
public sealed class WillComparisonTests(BothBrokers both) : IClassFixture<BothBrokers>
{
    /// <summary>With how many wills mosquitto sends, and how many the broker.</summary>
    public static TheoryData<Ending, ProtocolVersion, int, int> Endings => new()
    {
        { Ending.Lost, Mqtt31, 1, 1 },
        { Ending.Lost, Mqtt311, 1, 1 },
        { Ending.Lost, Mqtt50, 1, 1 },
        { Ending.Goodbye, Mqtt31, 0, 0 },
        { Ending.Goodbye, Mqtt311, 0, 0 },
        { Ending.Goodbye, Mqtt50, 0, 0 },
        { Ending.GoodbyeWithWill, Mqtt50, 1, 1 },
        { Ending.TakenOver, Mqtt311, 1, 1 },
        { Ending.TakenOver, Mqtt50, 1, 1 },
        { Ending.TakenOverWithoutCleanStart, Mqtt50, 1, 1 },
        // Where mosquitto sends none although the standard asks for one, the broker sends it.
        { Ending.SecondConnect, Mqtt311, 0, 1 },
        { Ending.SecondConnect, Mqtt50, 0, 1 },
        { Ending.TakenOverWithoutCleanStart, Mqtt311, 0, 1 },
    };

    /// <summary>How the connection of the owner ends.</summary>
    public enum Ending
    {
        Lost,
        Goodbye,
        GoodbyeWithWill,
        SecondConnect,
        TakenOver,
        TakenOverWithoutCleanStart,
    }

    [Theory]
    [Demand("C3")]
    [MemberData(nameof(Endings))]
    public async Task A_will_comes_from_both_alike(Ending ending, ProtocolVersion version, int mosquittos, int ours)
    {
        List<string> theirs = await WatchAsync(both.MosquittoPort, mosquittos);
        List<string> own = await WatchAsync(both.BrokerPort, ours);

        Assert.Equal((mosquittos, ours), (theirs.Count, own.Count));
        if (mosquittos == ours) Assert.Equal(theirs, own);

        async Task<List<string>> WatchAsync(int port, int wills)
        {
            string topic = $"wills/{ending}/{version}";
            await using TestClient watcher = await TestClient.OverTcpAsync(port, Mqtt50);
            await watcher.ConnectAsync("watcher");
            await watcher.SubscribeAsync($"{topic}/#", ExactlyOnce);
            await using TestClient owner = await TestClient.OverTcpAsync(port, version);
            await owner.ConnectAsync("owner", packet => packet with { CleanStart = false, Will = WillOf(topic, version) });
            await using TestClient heir = await TestClient.OverTcpAsync(port, version);
            await EndAsync(owner, heir, ending);

            List<string> received = [];
            while (received.Count < wills) received.Add(Text(await watcher.ReceiveAndCompleteAsync()));
            await using TestClient fence = await TestClient.OverTcpAsync(port);
            await fence.ConnectAsync("fence");
            await fence.PublishAndCompleteAsync(new($"{topic}/fence", "", AtLeastOnce));
            while (true)
            {
                ReceivedPublish message = await watcher.ReceiveAndCompleteAsync();
                if (message.Topic == $"{topic}/fence") return received;
                received.Add(Text(message));
            }
        }
    }

    private static WillMessage WillOf(string topic, ProtocolVersion version)
    {
        var will = new WillMessage { Topic = $"{topic}/gone", Payload = "gone"u8.ToArray(), Qos = ExactlyOnce };
        return version == Mqtt50
            ? will with { ForwardedProperties = WireText.Parse("03 00 01 't' 26 00 01 'a' 00 01 'b'") }
            : will;
    }

    private static async Task EndAsync(TestClient owner, TestClient heir, Ending ending)
    {
        switch (ending)
        {
            case Ending.Lost:
                await owner.CloseAsync();
                break;
            case Ending.Goodbye:
                await owner.DisconnectAsync();
                break;
            case Ending.GoodbyeWithWill:
                await owner.DisconnectAsync(ReasonCode.DisconnectWithWillMessage);
                break;
            case Ending.SecondConnect:
                await owner.SendAsync(new ConnectPacket { Version = owner.Version, ClientId = "owner" });
                await owner.ExpectEndAsync();
                break;
            default:
                bool isClean = ending == Ending.TakenOver;
                await heir.ConnectAsync("owner", packet => packet with { CleanStart = isClean });
                await owner.ExpectEndAsync();
                break;
        }
    }

    private static string Text(ReceivedPublish message) =>
        $"{message} {message.ContentType} {string.Join(' ', message.UserProperties)}";
}
