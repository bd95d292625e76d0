using Broker.Connections;
using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Each reason code that a server may end a connection with (MQTT 5.0 section 3.14.2.1), and its occasion.</summary>
public sealed class DisconnectReasonTests
{
    private static readonly Dictionary<ReasonCode, Func<TestBroker, TestClient, Task>> Occasions = new()
    {
        [ReasonCode.MalformedPacket] = (_, client) => client.SendBytesAsync("c1 00"),
        [ReasonCode.ProtocolError] = (_, client) => client.SendBytesAsync("f0 00"),
        [ReasonCode.ServerShuttingDown] = (broker, _) => Now(broker.Engine.BeginStop),
        [ReasonCode.KeepAliveTimeout] = (broker, _) => Now(() => broker.Advance(TimeSpan.FromSeconds(92))),
        [ReasonCode.SessionTakenOver] = (broker, _) => broker.ConnectV5Async("c"),
        [ReasonCode.TopicFilterInvalid] = (_, client) => client.SendBytesAsync("82 08 00 01 00 00 02 'a#' 00"),
        [ReasonCode.TopicNameInvalid] = (_, client) => client.PublishAsync(new OutgoingPublish("a/+")),
        [ReasonCode.ReceiveMaximumExceeded] =
            (_, client) => client.SendBytesAsync(
                "34 06 00 01 'a' 00 01 00 | 34 06 00 01 'a' 00 02 00 | 34 06 00 01 'a' 00 03 00"),
        [ReasonCode.TopicAliasInvalid] = (_, client) => client.PublishAsync(new OutgoingPublish("a") { TopicAlias = 11 }),
        [ReasonCode.PacketTooLarge] = (_, client) => client.PublishAsync(new OutgoingPublish("a", new string('x', 1000))),
        [ReasonCode.RetainNotSupported] = (_, client) => client.PublishAsync(new OutgoingPublish("a") { Retain = true }),
        [ReasonCode.QosNotSupported] = (_, client) => client.PublishAsync(new OutgoingPublish("a", "", ExactlyOnce)),
        [ReasonCode.AdministrativeAction] =
            (broker, _) => Now(() => broker.Engine.Connections.Last().TryClose(CloseReason.AdministrativeAction)),
        [ReasonCode.ServerBusy] = (broker, _) => Now(() => broker.Engine.Connections.Last().TryClose(CloseReason.NotDecided)),
        [ReasonCode.MaximumConnectTime] =
            (broker, _) => Now(() => broker.Engine.Connections.Last().TryClose(CloseReason.CredentialsExpired)),
        [ReasonCode.UseAnotherServer] = (broker, _) => Now(broker.Engine.BeginStop),
    };

    /// <summary>What this broker never says, and why. docs/mqtt5.md has it for people.</summary>
    private static readonly Dictionary<ReasonCode, string> NoOccasion = new()
    {
        [ReasonCode.ImplementationSpecificError] = "a PUBLISH above message_size_limit is refused in its acknowledgement",
        [ReasonCode.BadAuthenticationMethod] = "told in CONNACK: a method other than that of CONNECT breaks the protocol",
        [ReasonCode.MessageRateTooHigh] = "who publishes too fast is read later",
        [ReasonCode.QuotaExceeded] = "told in CONNACK, SUBACK and PUBACK: limits do not end connections",
        [ReasonCode.PayloadFormatInvalid] = "payloads are not looked at",
        [ReasonCode.ServerMoved] = "told in CONNACK: a listener that has moved has no connections",
        [ReasonCode.SharedSubscriptionsNotSupported] = "they are",
        [ReasonCode.ConnectionRateExceeded] = "told in CONNACK",
        [ReasonCode.SubscriptionIdentifiersNotSupported] = "they are",
        [ReasonCode.WildcardSubscriptionsNotSupported] = "they are",
    };

    public static TheoryData<ReasonCode> Codes => [.. Occasions.Keys];

    [Theory, Spec("MQTT-3.14.2-1"), Spec("MQTT-4.13.1-1"), Spec("MQTT-4.13.2-1")]
    [MemberData(nameof(Codes))]
    public async Task DISCONNECT_FromServer_EachCode_IsSentOnItsOccasion(ReasonCode code)
    {
        await using var broker = new TestBroker(options => options with
        {
            Listeners =
            [
                TestBroker.OpenListener with
                {
                    MaximumQos = code == ReasonCode.QosNotSupported ? AtLeastOnce : ExactlyOnce,
                    ServerReference = code == ReasonCode.UseAnotherServer ? "b" : null,
                },
            ],
            Limits = new() { IsRetainAvailable = false, InflightMessagesMax = 2, PacketBytesMax = 1000 },
        });
        TestClient client = await broker.ConnectV5Async("c", packet => packet with { KeepAliveSeconds = 60 });
        await Occasions[code](broker, client);
        object packet = await client.ReadAsync<object>();
        while (packet is AckPacket) packet = await client.ReadAsync<object>();
        Assert.Equal(code, Assert.IsType<DisconnectPacket>(packet).ReasonCode);
        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.14.2-1")]
    public async Task DISCONNECT_FromServer_ErrorOfItsOwn_UnspecifiedErrorAndOnlyThatClientGoes()
    {
        var store = new ManualStateStore
        {
            CommitsAtOnce = true,
            Appending = change => { if (change is SubscriptionPut) throw new InvalidOperationException("as if by a bug"); },
        };
        await using var broker = new TestBroker(store: store);
        TestClient other = await broker.ConnectV5Async("other");
        TestClient client = await broker.ResumeAsync("c");
        await client.SendBytesAsync("82 07 00 01 00 00 01 'a' 00");
        await client.ExpectDisconnectAsync(ReasonCode.UnspecifiedError);
        await other.PingFenceAsync();
        broker.Log.ExpectErrors(1);
    }

    // Elsewhere: NotAuthorized in ReauthenticationTests, UnspecifiedError above.
    [Fact]
    public void DISCONNECT_FromServer_EveryCodeOfTheStandard_HasAnOccasionOrAReasonWhyNot()
    {
        ReasonCode[] ofClients = [ReasonCode.Success, ReasonCode.DisconnectWithWillMessage];
        ReasonCode[] elsewhere = [ReasonCode.NotAuthorized, ReasonCode.UnspecifiedError];
        Assert.Equal(
            Enum.GetValues<ReasonCode>().Where(code => ReasonCodes.IsAllowed(PacketType.Disconnect, code)).Except(ofClients),
            Occasions.Keys.Concat(NoOccasion.Keys).Concat(elsewhere).Order());
    }

    private static Task Now(Action act)
    {
        act();
        return Task.CompletedTask;
    }
}
