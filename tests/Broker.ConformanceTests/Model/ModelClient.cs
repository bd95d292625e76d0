using System.Buffers;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Xunit.Sdk;

namespace Broker.ConformanceTests.Model;

/// <summary>
/// A connection of the random run. It completes every flow, or leaves unanswered whatever it is sent, and notes what it received.
/// </summary>
internal sealed class ModelClient(string clientId, TestClient connection, bool answers)
{
    private readonly Dictionary<ushort, string> _topicsByAlias = [];
    private readonly List<(PacketType Type, ushort PacketId)> _owed = [];
    private readonly List<ReceivedPublish> _received = [];

    public string ClientId => clientId;

    public TestClient Connection => connection;

    public bool Answers => answers;

    public bool IsV5 => connection.Version == ProtocolVersion.Mqtt50;

    /// <summary>Sends packets in one write; <see cref="PumpAsync"/> reads what they bring.</summary>
    public Task SendAsync(Action<ArrayBufferWriter<byte>> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        write(bytes);
        return connection.SendBytesAsync(bytes.WrittenMemory);
    }

    /// <summary>The broker owes this acknowledgement, behind others of its kind.</summary>
    public void Expect(PacketType type, ushort packetId) => _owed.Add((type, packetId));

    /// <summary>Reads and answers until nothing comes any more: what the broker had for this client has then arrived.</summary>
    public async Task PumpAsync()
    {
        for (bool isQuiet = false; !isQuiet;)
        {
            isQuiet = true;
            await connection.PingAsync();
            while (await connection.ReadAsync<object>() is not PingResponse and var packet)
            {
                isQuiet = false;
                await TakeAsync(packet);
            }
        }
        Assert.Empty(_owed);
    }

    /// <summary>What came since the last time.</summary>
    public ReceivedPublish[] TakeReceived()
    {
        ReceivedPublish[] received = [.. _received];
        _received.Clear();
        return received;
    }

    private async Task TakeAsync(object packet)
    {
        switch (packet)
        {
            case ReceivedPublish publish:
                Note(publish);
                if (answers && publish.Qos != QualityOfService.AtMostOnce)
                    await connection.AcknowledgeAsync(Answer(publish.Qos), publish.PacketId);
                break;
            case AckPacket { Type: PacketType.PubRel } release:
                await connection.AcknowledgeAsync(PacketType.PubComp, release.PacketId);
                break;
            case AckPacket { Type: PacketType.PubRec } receipt:
                Settle(PacketType.PubRec, receipt.PacketId);
                Expect(PacketType.PubComp, receipt.PacketId);
                await connection.AcknowledgeAsync(PacketType.PubRel, receipt.PacketId);
                break;
            case AckPacket ack:
                Settle(ack.Type, ack.PacketId);
                break;
            case SubAckPacket subAck:
                Settle(PacketType.SubAck, subAck.PacketId);
                break;
            case UnsubAckPacket unsubAck:
                Settle(PacketType.UnsubAck, unsubAck.PacketId);
                break;
            default:
                throw new XunitException($"{clientId} got {packet}");
        }
    }

    public static PacketType Answer(QualityOfService qos) =>
        qos == QualityOfService.AtLeastOnce ? PacketType.PubAck : PacketType.PubRec;

    private void Note(ReceivedPublish publish)
    {
        if (publish.TopicAlias != 0 && publish.Topic.Length > 0) _topicsByAlias[publish.TopicAlias] = publish.Topic;
        _received.Add(publish.Topic.Length > 0 ? publish : publish with { Topic = _topicsByAlias[publish.TopicAlias] });
    }

    // Acknowledgements of a kind come in the order of what they answer [MQTT-4.6.0-2] [MQTT-4.6.0-3].
    private void Settle(PacketType type, ushort packetId)
    {
        int first = _owed.FindIndex(owed => owed.Type == type);
        if (first < 0 || _owed[first].PacketId != packetId)
            throw new XunitException($"{clientId} got {type} {packetId}, but is owed {string.Join(", ", _owed)}");
        _owed.RemoveAt(first);
    }
}
