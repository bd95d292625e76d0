using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>The prefix of response topics (MQTT 5.0 section 4.10.1): <c>response_information</c>.</summary>
public sealed class ResponseInformationTests
{
    [Fact]
    [Directive("response_information")]
    public async Task CONNACK_FromServer_ResponseInformationAskedFor_IsThePrefixOfThisClient()
    {
        await using TestBroker broker = Informing("answers/%u/%c/");
        Assert.Equal("answers/ann/c1/", await AskAsync(broker));
    }

    [Fact, Spec("MQTT-3.1.2-28")]
    public async Task CONNACK_FromServer_ResponseInformationNotAskedFor_NoneIsGiven()
    {
        await using TestBroker broker = Informing("answers/%c/");
        ConnAckPacket answer =
            await broker.OpenV5().ConnectAsync("c", packet => packet with { RequestResponseInformation = false });
        Assert.Null(answer.ResponseInformation);
        ConnAckPacket silent = await broker.OpenV5().ConnectAsync("d");
        Assert.Null(silent.ResponseInformation);
    }

    [Fact, Spec("MQTT-3.1.3-7")]
    public async Task CONNACK_FromServer_ResponseInformationForAnAssignedClientId_HasThat()
    {
        await using TestBroker broker = Informing("answers/%c");
        ConnAckPacket answer = await broker.OpenV5().ConnectAsync("", Asking);
        Assert.Equal($"answers/{answer.AssignedClientIdentifier}", answer.ResponseInformation);
    }

    [Fact]
    public async Task CONNACK_FromServer_ResponseInformationOfAnOlderClient_IsNowhere()
    {
        await using TestBroker broker = Informing("answers/%c");
        TestClient client = broker.Open();
        await client.SendAsync(new ConnectPacket { ClientId = "c", CleanStart = true, Version = ProtocolVersion.Mqtt311 });
        await client.ExpectBytesAsync("20 02 00 00");
    }

    // CONNACK without it has 16 bytes, with it 29.
    [Theory, Spec("MQTT-3.1.2-24")]
    [InlineData(28, null)]
    [InlineData(29, "answers/c1")]
    public async Task CONNACK_FromServer_ResponseInformationWouldNotFit_IsLeftOut(uint packetBytesMax, string? expected)
    {
        await using TestBroker broker = Informing("answers/%c");
        Assert.Equal(expected, await AskAsync(broker, packetBytesMax));
    }

    [Fact]
    public async Task PUBLISH_FromServer_ResponseBelowTheResponseInformation_ReachesWhoAsked()
    {
        await using TestBroker broker = Informing("answers/%c");
        TestClient requester = broker.OpenV5();
        string prefix = (await requester.ConnectAsync("c", Asking)).ResponseInformation!;
        await requester.SubscribeAsync($"{prefix}/#");
        TestClient responder = await broker.ConnectV5Async("r");
        await responder.SubscribeAsync("work");
        await requester.PublishAsync(new OutgoingPublish("work", "2+2") { Properties = "08 00 0b 'answers/c/1'" });
        Assert.Equal("answers/c", prefix);
        ReceivedPublish request = await responder.ExpectPublishAsync("work", "2+2");
        await responder.PublishAsync(new OutgoingPublish(request.ResponseTopic!, "4"));
        await requester.ExpectPublishAsync("answers/c/1", "4");
    }

    private static TestBroker Informing(string pattern) =>
        TestBroker.WithListener(listener => listener with { ResponseInformation = pattern });

    private static ConnectPacket Asking(ConnectPacket packet) => packet with { RequestResponseInformation = true };

    private static async Task<string?> AskAsync(TestBroker broker, uint packetBytesMax = 0)
    {
        ConnAckPacket answer = await broker.OpenV5().ConnectAsync(
            "c1", packet => Asking(packet) with { UserName = "ann", MaximumPacketSize = packetBytesMax });
        return answer.ResponseInformation;
    }
}
