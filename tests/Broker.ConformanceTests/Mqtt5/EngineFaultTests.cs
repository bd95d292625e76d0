using Broker.Connections;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Each fault of the engine: a well-formed packet in the wrong place (MQTT 5.0 section 4.13).</summary>
public sealed class EngineFaultTests
{
    private static readonly Dictionary<Fault, Func<TestClient, Task>> Provocations = new()
    {
        [EngineFaults.SecondConnect] = client => client.SendBytesAsync("10 0e 00 04 'MQTT' 05 02 00 00 00 00 01 'c'"),
        [EngineFaults.ServerPacketFromClient] = client => client.SendBytesAsync("d0 00"),
        [EngineFaults.AuthWithoutMethod] = client => client.SendBytesAsync("f0 00"),
        [EngineFaults.TopicAliasOutOfRange] = client => client.PublishAsync(new OutgoingPublish("a") { TopicAlias = 11 }),
        [EngineFaults.TopicAliasUnknown] = client => client.PublishAsync(new OutgoingPublish("") { TopicAlias = 1 }),
        [EngineFaults.TopicTooDeep] = client => client.PublishAsync(new OutgoingPublish(new string('/', 201))),
        [EngineFaults.FilterTooDeep] = client => client.SendBytesAsync("82 cf 01 | 00 01 | 00 | 00 c9 '/'*201 | 00"),
        [EngineFaults.QosNotSupported] = client => client.PublishAsync(new OutgoingPublish("a", "", ExactlyOnce)),
        [EngineFaults.RetainNotSupported] = client => client.PublishAsync(new OutgoingPublish("a") { Retain = true }),
        [EngineFaults.ReceiveMaximumExceeded] =
            client => client.SendBytesAsync("32 06 00 01 'a' 00 01 00 | 32 06 00 01 'a' 00 02 00 | 32 06 00 01 'a' 00 03 00"),
        [EngineFaults.WrongFlow] = AnswerQos1WithPubRecAsync,
        [EngineFaults.ExpiryInDisconnect] =
            client => client.SendAsync(new DisconnectPacket { SessionExpiryIntervalSeconds = 1 }),
        [EngineFaults.AnswerTooLarge] = client => client.SendAsync(new UnsubscribePacket(1, [.. Enumerable.Repeat("a", 200)])),
    };

    // The reason string is the operator's sentence too.
    [Fact, Spec("MQTT-4.13.1-1"), Spec("MQTT-3.14.2-1"), Spec("MQTT-3.2.2-11"), Spec("MQTT-3.2.2-14")]
    public async Task PACKET_FromClient_EachEngineFault_DisconnectsWithItsCodeAndReasonString()
    {
        foreach ((Fault fault, Func<TestClient, Task> provoke) in Provocations)
        {
            await using var broker = new TestBroker(options => options with
            {
                Listeners = [TestBroker.OpenListener with { MaximumQos = AtLeastOnce }],
                Limits = new() { IsRetainAvailable = false, InflightMessagesMax = 2 },
            });
            TestClient client = await broker.ConnectV5Async("c", packet => packet with { MaximumPacketSize = 150 });
            await provoke(client);
            DisconnectPacket? answer = await ReadUntilDisconnectAsync(client);
            Assert.Equal((fault.ReasonCode, fault.Text), (answer!.ReasonCode, answer.ReasonString));
            await client.ExpectClosedAsync();
        }
    }

    // Elsewhere: in ConnectTests, EnhancedAuthenticationTests and ReauthenticationTests.
    [Fact]
    public void EngineFaults_All_HaveATest() =>
        Assert.Equal(
            [
                EngineFaults.FirstPacketNotConnect, EngineFaults.PacketBeforeConnAck, EngineFaults.AuthOutOfTurn,
                EngineFaults.AuthMethodChanged, EngineFaults.OtherUserName, EngineFaults.ReauthenticationFailed,
            ],
            EngineFaults.All.Except(Provocations.Keys));

    private static async Task AnswerQos1WithPubRecAsync(TestClient client)
    {
        await client.SubscribeAsync("a", AtLeastOnce);
        ushort packetId = await client.PublishAsync(new OutgoingPublish("a", "x", AtLeastOnce));
        await client.ExpectAckAsync(PacketType.PubAck, packetId);
        ReceivedPublish message = await client.ExpectPublishAsync("a", "x");
        await client.AcknowledgeAsync(PacketType.PubRec, message.PacketId);
    }

    private static async Task<DisconnectPacket?> ReadUntilDisconnectAsync(TestClient client)
    {
        while (true)
        {
            object packet = await client.ReadAsync<object>();
            if (packet is DisconnectPacket disconnect) return disconnect;
            Assert.IsType<AckPacket>(packet);
        }
    }
}
