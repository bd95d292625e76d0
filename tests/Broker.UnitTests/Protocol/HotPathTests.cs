using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Protocol.Topics;

namespace Broker.UnitTests.Protocol;

/// <summary>What runs once a message allocates nothing.</summary>
public sealed class HotPathTests
{
    private static readonly byte[] Frame3 = WireFrame.Parse("32 .. <'sensors/7/tempé'> 00 07 'payload'");
    private static readonly byte[] Frame5 = WireFrame.Parse(
        "32 .. <'sensors/7/temp'> 00 07 (02 00 00 00 3c 08 <'r/t'> 26 <'n'> <'ü'> 23 00 05) 'payload'");

    private static readonly byte[] Refused = WireFrame.Parse("30 .. <'sensors/#'>");
    private static readonly uint[] Ids = [1, 300];
    private static readonly byte[] Ack = WireFrame.Parse("40 03 00 07 10");

    [Fact]
    public void Reading_a_publish_allocates_nothing() => AssertNoAllocation(() =>
        Read(Frame3, ProtocolVersion.Mqtt311) + Read(Frame5, ProtocolVersion.Mqtt50) + Read(Refused, ProtocolVersion.Mqtt311));

    [Fact]
    public void Writing_a_publish_allocates_nothing() => AssertNoAllocation(() =>
    {
        Span<byte> destination = stackalloc byte[128];
        var fields = new PublishFields
        {
            Qos = QualityOfService.ExactlyOnce,
            TopicUtf8 = "a/b"u8,
            PacketId = 9,
            ForwardedProperties = [0x01, 0x01],
            MessageExpirySeconds = 9,
            SubscriptionIds = Ids,
            TopicAlias = 4,
            Payload = "hi"u8,
        };
        return PublishEncoder.Write(destination, ProtocolVersion.Mqtt50, fields)
            + PublishEncoder.Write(destination, ProtocolVersion.Mqtt311, fields);
    });

    [Fact]
    public void Acknowledgements_allocate_nothing() => AssertNoAllocation(() =>
    {
        Span<byte> destination = stackalloc byte[AckPacket.LengthMax];
        AckPacket.TryDecode(PacketType.PubAck, Ack.AsSpan(2), ProtocolVersion.Mqtt50, out AckPacket packet, out _);
        return AckPacket.Write(destination, packet.Type, packet.PacketId, packet.ReasonCode, ProtocolVersion.Mqtt50);
    });

    [Fact]
    public void Matching_allocates_nothing() => AssertNoAllocation(() =>
        (TopicFilter.Matches("a/+/#", "a/b/c/d") ? 1 : 0)
        + (TopicFilter.IsValid("a/+/#") ? 1 : 0)
        + (TopicName.IsValid("a/b") ? 1 : 0));

    private static int Read(byte[] frame, ProtocolVersion version)
    {
        FrameReader.TryRead(frame, 1000, version, out FrameHeader header, out _);
        ReadOnlySpan<byte> body = frame.AsSpan(header.HeaderLength, header.RemainingLength);
        bool isRead = PublishPacket.TryDecode(
            header.Flags, body, version, PublishDirection.FromClient, out PublishPacket packet, out _);
        Span<byte> forwarded = stackalloc byte[packet.ForwardedPropertiesLength];
        packet.CopyForwardedProperties(forwarded);
        return isRead ? packet.Payload.Length : 0;
    }

    private static void AssertNoAllocation(Func<int> work)
    {
        int expected = work();
        for (int warmUp = 0; warmUp < 50; warmUp++)
        {
            work();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        int actual = work();
        long after = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(expected, actual);
        Assert.Equal(0, after - before);
    }
}
