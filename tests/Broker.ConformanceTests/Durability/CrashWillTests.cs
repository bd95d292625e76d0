using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.ProtocolVersion;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Durability;

/// <summary>Wills of clients that were connected, or away, when the broker was cut off.</summary>
public sealed class CrashWillTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory, Spec("MQTT-3.1.2-8", "5.0")]
    [Demand("C5")]
    [InlineData(false, 0u, 30)]
    [InlineData(true, 0u, 30)]
    [InlineData(false, 45u, 45)]
    public async Task WILL_OfConnectedClient_OwnerDoesNotComeBackAfterACrash_IsPublishedWhenItsTimeIsOver(
        bool isVolatile, uint delaySeconds, int dueSeconds)
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        await WithWill(crashing, isVolatile, delaySeconds);
        await crashing.CrashAsync(TimeSpan.FromSeconds(300));
        TestClient heir = await Heir(crashing);

        crashing.Broker.Advance(TimeSpan.FromSeconds(dueSeconds) - Second);
        await heir.ExpectNothingAsync();
        crashing.Broker.Advance(Second + Second);

        await heir.ExpectPublishAsync("w", "gone");
        crashing.Broker.Advance(Grace * 100);
        await heir.ExpectNothingAsync();
    }

    [Theory, Spec("MQTT-3.1.3-9", "5.0")]
    [Demand("C5")]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task WILL_OfConnectedClient_OwnerComesBackAfterACrash_IsVoid(bool isVolatile, bool cleanStart)
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        await WithWill(crashing, isVolatile);
        await crashing.CrashAsync();
        TestClient heir = await Heir(crashing);

        await crashing.Broker.ConnectAsync("client", Mqtt50, packet => packet with { CleanStart = cleanStart });

        crashing.Broker.Advance(Grace * 2);
        await heir.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.1.3-9", "5.0")]
    public async Task WILL_OfConnectedClient_BrokerTakesLongToStart_OwnerHasItsTimeFromThenOn()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        await WithWill(crashing, isVolatile: false);
        await crashing.CrashAsync(loading: Grace * 2);
        TestClient heir = await Heir(crashing);
        crashing.Broker.Advance(Grace - Second);

        await crashing.Broker.ConnectAsync("client", Mqtt50, packet => packet with { CleanStart = false });

        crashing.Broker.Advance(Grace * 2);
        await heir.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.1.2-8", "5.0")]
    [Demand("C5")]
    public async Task WILL_OfAwayClient_ItsDelayRunsOnWhileTheBrokerIsDown()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        TestClient client = await WithWill(crashing, isVolatile: false, delaySeconds: 100);
        await client.CloseAsync();
        await crashing.Broker.AllEndedAsync();
        await (await crashing.ConnectAsync("fence")).SubscribeAsync("fence");
        await crashing.CrashAsync(TimeSpan.FromSeconds(60));
        TestClient heir = await Heir(crashing);

        crashing.Broker.Advance(TimeSpan.FromSeconds(39));
        await heir.ExpectNothingAsync();
        crashing.Broker.Advance(Second + Second);

        await heir.ExpectPublishAsync("w", "gone");
    }

    [Fact, Spec("MQTT-3.1.2-10", "5.0")]
    public async Task WILL_AfterDisconnect_BrokerCrashes_IsNotPublished()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        TestClient client = await WithWill(crashing, isVolatile: false);
        await client.DisconnectAsync();
        await (await crashing.ConnectAsync("fence")).SubscribeAsync("fence");
        await crashing.CrashAsync();
        TestClient heir = await Heir(crashing);

        crashing.Broker.Advance(Grace * 2);

        await heir.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.1.2-10", "5.0")]
    public async Task WILL_ThatWasPublished_BrokerCrashesAfterwards_IsNotPublishedAgain()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync();
        TestClient heir = await Heir(crashing);
        TestClient client = await WithWill(crashing, isVolatile: true);
        await client.CloseAsync();
        await heir.ExpectPublishAsync("w", "gone");
        await (await crashing.ConnectAsync("fence")).SubscribeAsync("fence");
        await crashing.CrashAsync();
        heir = await Heir(crashing);

        crashing.Broker.Advance(Grace * 2);

        await heir.ExpectNothingAsync();
        Assert.Equal(["fence"], crashing.Broker.Engine.Sessions.Registry.Sessions
            .Where(session => session.ClientId != "heir").Select(session => session.ClientId));
    }

    private static async Task<TestClient> WithWill(CrashingBroker crashing, bool isVolatile, uint delaySeconds = 0)
    {
        var will = new WillMessage { Topic = "w", Payload = "gone"u8.ToArray(), Qos = AtLeastOnce, DelaySeconds = delaySeconds };
        return await crashing.Broker.ConnectAsync("client", Mqtt50, packet => packet with
        {
            CleanStart = isVolatile,
            SessionExpiryIntervalSeconds = isVolatile ? 0 : 3600u,
            Will = will,
        });
    }

    private static async Task<TestClient> Heir(CrashingBroker crashing)
    {
        TestClient heir = await crashing.Broker.ConnectAsync("heir");
        await heir.SubscribeAsync("w");
        return heir;
    }
}
