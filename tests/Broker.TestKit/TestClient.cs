using System.IO.Pipelines;
using System.Net.Sockets;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Xunit;

namespace Broker.TestKit;

/// <summary>
/// A client that does what the test says and nothing of its own: no answers, no pings, no reconnects. Not thread-safe. Every
/// wait ends after <see cref="TestTime.Patience"/>.
/// </summary>
public sealed partial class TestClient(IDuplexPipe transport, ProtocolVersion version = ProtocolVersion.Mqtt311)
    : IAsyncDisposable
{
    private ushort _lastPacketId;

    public ProtocolVersion Version { get; } = version;

    /// <summary>A client over a stream that is connected to a broker.</summary>
    public static TestClient Over(Stream stream, ProtocolVersion version = ProtocolVersion.Mqtt311) =>
        new(new StreamPipe(stream), version);

    /// <summary>A client over TCP to the loopback address.</summary>
    public static async Task<TestClient> OverTcpAsync(int port, ProtocolVersion version = ProtocolVersion.Mqtt311)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync("127.0.0.1", port).ConfigureAwait(false);
        return Over(tcp.GetStream(), version);
    }

    /// <summary>Connects with a clean session, keep-alive 0, and expects to be let in.</summary>
    /// <param name="clientId">Client identifier.</param>
    /// <param name="with">Changes the CONNECT before it is sent.</param>
    public async Task<ConnAckPacket> ConnectAsync(string clientId = "client", Func<ConnectPacket, ConnectPacket>? with = null)
    {
        ConnAckPacket answer = await TryConnectAsync(clientId, with).ConfigureAwait(false);
        Assert.Equal(ReasonCode.Success, answer.ReasonCode);
        return answer;
    }

    /// <summary>As <see cref="ConnectAsync"/>, whatever the broker answers.</summary>
    public async Task<ConnAckPacket> TryConnectAsync(string clientId = "client", Func<ConnectPacket, ConnectPacket>? with = null)
    {
        var packet = new ConnectPacket { Version = Version, ClientId = clientId, CleanStart = true };
        await SendAsync(with is null ? packet : with(packet)).ConfigureAwait(false);
        return await ReadAsync<ConnAckPacket>().ConfigureAwait(false);
    }

    /// <summary>Connects to a session that outlives its connection: not clean, and with 5.0 without expiry.</summary>
    public Task<ConnAckPacket> ConnectPersistentAsync(string clientId) =>
        ConnectAsync(clientId, packet => packet with
        {
            CleanStart = false,
            SessionExpiryIntervalSeconds = Version == ProtocolVersion.Mqtt50 ? uint.MaxValue : 0,
        });

    /// <summary>Subscribes to one filter and expects the QoS to be granted.</summary>
    public async Task<SubAckPacket> SubscribeAsync(string filter, QualityOfService qos = QualityOfService.AtMostOnce)
    {
        SubAckPacket answer = await SubscribeAsync(new SubscriptionRequest(filter, (byte)qos)).ConfigureAwait(false);
        Assert.Equal([(ReasonCode)qos], answer.ReasonCodes);
        return answer;
    }

    /// <summary>Subscribes and returns the SUBACK, whatever it says.</summary>
    public async Task<SubAckPacket> SubscribeAsync(params SubscriptionRequest[] requests)
    {
        ushort packetId = NextPacketId();
        await SendAsync(new SubscribePacket(packetId, 0, requests)).ConfigureAwait(false);
        SubAckPacket answer = await ReadAsync<SubAckPacket>().ConfigureAwait(false);
        Assert.Equal(packetId, answer.PacketId);
        return answer;
    }

    /// <summary>Unsubscribes and returns the UNSUBACK.</summary>
    public async Task<UnsubAckPacket> UnsubscribeAsync(params string[] filters)
    {
        ushort packetId = NextPacketId();
        await SendAsync(new UnsubscribePacket(packetId, filters)).ConfigureAwait(false);
        UnsubAckPacket answer = await ReadAsync<UnsubAckPacket>().ConfigureAwait(false);
        Assert.Equal(packetId, answer.PacketId);
        return answer;
    }

    /// <summary>Sends a PUBLISH and does not wait for anything.</summary>
    /// <returns>Its packet id.</returns>
    public async Task<ushort> PublishAsync(OutgoingPublish message)
    {
        if (message.PacketId == 0 && message.Qos != QualityOfService.AtMostOnce)
            message = message with { PacketId = NextPacketId() };
        await SendAsync(output => message.Write(output, Version)).ConfigureAwait(false);
        return message.PacketId;
    }

    /// <summary>Sends a PUBLISH with its whole exchange of acknowledgements, none of them a failure.</summary>
    public async Task PublishAndCompleteAsync(OutgoingPublish message)
    {
        ushort packetId = await PublishAsync(message).ConfigureAwait(false);
        if (message.Qos == QualityOfService.AtLeastOnce)
        {
            await ExpectAckWithoutFailureAsync(PacketType.PubAck, packetId).ConfigureAwait(false);
        }
        else if (message.Qos == QualityOfService.ExactlyOnce)
        {
            await ExpectAckWithoutFailureAsync(PacketType.PubRec, packetId).ConfigureAwait(false);
            await AcknowledgeAsync(PacketType.PubRel, packetId).ConfigureAwait(false);
            await ExpectAckAsync(PacketType.PubComp, packetId).ConfigureAwait(false);
        }
    }

    /// <summary>Reads a PUBLISH and answers it as far as its QoS asks for, PUBREL and PUBCOMP included.</summary>
    public async Task<ReceivedPublish> ReceiveAndCompleteAsync()
    {
        ReceivedPublish message = await ReadAsync<ReceivedPublish>().ConfigureAwait(false);
        if (message.Qos == QualityOfService.AtLeastOnce)
        {
            await AcknowledgeAsync(PacketType.PubAck, message.PacketId).ConfigureAwait(false);
        }
        else if (message.Qos == QualityOfService.ExactlyOnce)
        {
            await AcknowledgeAsync(PacketType.PubRec, message.PacketId).ConfigureAwait(false);
            await ExpectAckAsync(PacketType.PubRel, message.PacketId).ConfigureAwait(false);
            await AcknowledgeAsync(PacketType.PubComp, message.PacketId).ConfigureAwait(false);
        }
        return message;
    }

    /// <summary>Sends PUBACK, PUBREC, PUBREL or PUBCOMP.</summary>
    public Task AcknowledgeAsync(PacketType type, ushort packetId, ReasonCode reason = ReasonCode.Success) =>
        SendAsync(new AckPacket(type, packetId, reason));

    /// <summary>Sends DISCONNECT and waits until the broker has closed.</summary>
    public async Task DisconnectAsync(ReasonCode reason = ReasonCode.Success)
    {
        await SendAsync(new DisconnectPacket { ReasonCode = reason }).ConfigureAwait(false);
        await ExpectClosedAsync().ConfigureAwait(false);
    }

    /// <summary>Closes the connection without DISCONNECT.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await transport.Output.CompleteAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The broker closed first, and what was not sent yet has nowhere to go.
        }
        await transport.Input.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Closes its side without DISCONNECT and waits until the broker has closed as well.</summary>
    public async Task BreakOffAsync()
    {
        await transport.Output.CompleteAsync().ConfigureAwait(false);
        await ExpectEndAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    /// <summary>Success, or the word that nobody subscribes to it.</summary>
    private async Task ExpectAckWithoutFailureAsync(PacketType type, ushort packetId)
    {
        AckPacket ack = await ReadAsync<AckPacket>().ConfigureAwait(false);
        Assert.Equal((type, packetId), (ack.Type, ack.PacketId));
        Assert.True(ack.ReasonCode < ReasonCode.UnspecifiedError, $"{ack}");
    }

    private ushort NextPacketId() => _lastPacketId = _lastPacketId == ushort.MaxValue ? (ushort)1 : (ushort)(_lastPacketId + 1);
}
