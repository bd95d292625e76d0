using System.IO.Pipelines;
using Broker.Connections;
using Broker.Messages;
using Broker.Protocol;
using Broker.Sessions;
using Broker.TestKit;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Connections;

public sealed class PublishWriterTests
{
    private static readonly ClientParameters V5 = new() { ClientId = "c", Version = ProtocolVersion.Mqtt50 };

    [Fact]
    public void An_alias_is_sent_with_the_name_once_and_alone_from_then_on()
    {
        PublishWriter writer = new(V5 with { OutboundAliases = 1 }, null);

        Assert.Equal("30 08 00 01 61 03 23 00 01 78", Write(writer, "a"));
        Assert.Equal("30 07 00 00 03 23 00 01 78", Write(writer, "a"));
        Assert.Equal("30 05 00 01 62 00 78", Write(writer, "b"));
    }

    [Fact]
    public void An_alias_that_the_client_was_not_told_is_not_used_later()
    {
        PublishWriter writer = new(V5 with { OutboundAliases = 2, PacketBytesMax = 12 }, null);

        Assert.Null(Write(writer, "a", "far too long for it"));
        Assert.Equal("30 08 00 01 61 03 23 00 01 78", Write(writer, "a"));
        Assert.Equal("30 08 00 01 62 03 23 00 02 78", Write(writer, "b"));
    }

    [Fact]
    public void A_packet_that_the_alias_makes_too_large_is_sent_without()
    {
        PublishWriter writer = new(V5 with { OutboundAliases = 1, PacketBytesMax = 9 }, null);

        Assert.Equal("30 05 00 01 61 00 78", Write(writer, "a"));
    }

    [Theory]
    [InlineData("home/a", "61")]
    [InlineData("other", "6f 74 68 65 72")]
    [InlineData("home/", "68 6f 6d 65 2f")]
    public void The_mount_point_is_taken_off_where_it_is(string topic, string onWire)
    {
        PublishWriter writer = new(V5 with { Version = ProtocolVersion.Mqtt311 }, "home/");

        Assert.EndsWith($" {onWire} 78", Write(writer, topic), StringComparison.Ordinal);
    }

    [Fact]
    public void A_shared_frame_too_large_is_not_written()
    {
        PublishWriter writer = new(V5 with { PacketBytesMax = 6 }, null);
        Message message = new(new Topic("a"), [1], 0) { Qos = QualityOfService.AtMostOnce, SharedFrames = new SharedFrames() };

        Assert.Null(Write(writer, new OutboxEntry(message, [], QualityOfService.AtMostOnce, false)));
    }

    private static string? Write(PublishWriter writer, string topic, string payload = "x") =>
        Write(writer, new OutboxEntry(TestMessages.Of(topic, payload: payload), [], QualityOfService.AtMostOnce, false));

    // What was written as text, or null when the writer refused, which must have written nothing.
    private static string? Write(PublishWriter writer, in OutboxEntry entry)
    {
        using MemoryStream stream = new();
        PipeWriter output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        bool isWritten = 0 < writer.Write(output, in entry, dup: false, TimeProvider.System);
        output.Complete();
        Assert.Equal(isWritten, stream.Length > 0);
        return isWritten ? WireText.Format(stream.ToArray()) : null;
    }
}
