using System.Buffers;
using Broker.Messages;
using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Messages;

public sealed class MessageTests
{
    [Theory]
    [InlineData(10_000, 0, 10)]
    [InlineData(10_000, 1, 10)]
    [InlineData(10_000, 999, 10)]
    [InlineData(10_000, 1_000, 9)]
    [InlineData(10_000, 9_001, 1)]
    [InlineData(10_000, 9_999, 1)]
    [InlineData(10_000, 10_000, 1)]
    [InlineData(10_000, 20_000, 1)]
    [Spec("MQTT-3.3.2-6")]
    public void The_remaining_time_is_rounded_up_and_never_zero(long expiresAt, long now, uint seconds)
    {
        Assert.Equal(seconds, TestMessages.Expiring("t", expiresAt).RemainingSeconds(now));
    }

    [Fact]
    public void The_longest_expiry_stays_the_longest_when_the_clock_is_set_back()
    {
        long now = 1_700_000_000_000;
        Message message = TestMessages.Expiring("t", now + (uint.MaxValue * 1000L));

        Assert.Equal(uint.MaxValue, message.RemainingSeconds(now - 3_600_000));
    }

    [Fact]
    public void What_does_not_expire_has_no_remaining_time()
    {
        Message message = TestMessages.Of("t");

        Assert.Null(message.RemainingSeconds(long.MaxValue - 1));
        Assert.False(message.IsExpired(long.MaxValue - 1));
    }

    [Theory]
    [InlineData(999, false)]
    [InlineData(1000, true)]
    [InlineData(1001, true)]
    [Spec("MQTT-3.3.2-5")]
    public void It_is_expired_from_its_instant_on(long now, bool isExpired)
    {
        Assert.Equal(isExpired, TestMessages.Expiring("t", 1000).IsExpired(now));
    }

    [Fact]
    public void Its_stored_form_is_one_object_with_the_same_bytes()
    {
        Message message =
            new(new Topic("a"), [1, 2, 3, 4, 5], 2) { Qos = QualityOfService.AtLeastOnce, Retain = true, ExpiresAt = 7 };

        StoredMessage stored = message.ToStored();

        Assert.Same(stored, message.ToStored());
        Assert.Equal([1, 2], stored.Properties.ToArray());
        Assert.Equal([3, 4, 5], stored.Payload.ToArray());
        Assert.Equal(("a", 1, true, 7), (stored.Topic, (int)stored.Qos, stored.Retain, (int)stored.ExpiresAt));
    }

    [Theory]
    [InlineData(ProtocolVersion.Mqtt31)]
    [InlineData(ProtocolVersion.Mqtt311)]
    [InlineData(ProtocolVersion.Mqtt50)]
    public void A_frame_that_is_shared_is_the_frame_that_would_be_encoded(ProtocolVersion version)
    {
        byte[] contentType = [0x03, 0, 1, (byte)'j'];
        foreach (int length in new[] { 0, 1, 100, 118, 119, 120, 121, 122, 123, 124, 125, 130, 16_370, 16_380, 20_000 })
        {
            Message message = new(new Topic("täst/b"), [.. contentType, .. new byte[length]], contentType.Length)
            {
                Qos = QualityOfService.ExactlyOnce,
            };
            SharedFrames shared = new();
            foreach (bool dup in new[] { false, true })
            {
                for (byte qos = 0; qos <= 2; qos++)
                    Compare(message, shared, version, (QualityOfService)qos, dup, retain: qos == 1);
            }
        }
    }

    private static void Compare(
        Message message, SharedFrames shared, ProtocolVersion version, QualityOfService qos, bool dup, bool retain)
    {
        ushort packetId = (ushort)(qos == QualityOfService.AtMostOnce ? 0 : 0xabcd);
        byte[] frame = shared.Get(message, version, packetId != 0);
        byte[] copy = new byte[frame.Length];
        byte firstByte = (byte)(0x30 | (dup ? 8 : 0) | (byte)qos << 1 | (retain ? 1 : 0));
        SharedFrames.CopyTo(frame, copy, firstByte, message.Topic.Utf8.Length, packetId);
        ArrayBufferWriter<byte> expected = new();
        PublishEncoder.Write(expected, version, new PublishFields
        {
            Dup = dup,
            Qos = qos,
            Retain = retain,
            PacketId = packetId,
            TopicUtf8 = message.Topic.Utf8,
            ForwardedProperties = message.Properties,
            Payload = message.Payload,
        });

        Assert.Equal(WireText.Format(expected.WrittenSpan), WireText.Format(copy));
        Assert.Same(frame, shared.Get(message, version, packetId != 0));
    }
}
