using System.Buffers;
using System.IO.Pipelines;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Xunit;
using Xunit.Sdk;

namespace Broker.TestKit;

public sealed partial class TestClient
{
    /// <summary>Reads the next packet, which must be of this kind; a PUBLISH is a <see cref="ReceivedPublish"/>.</summary>
    public async Task<T> ReadAsync<T>()
    {
        byte[] frame = await ReadFrameAsync($"a {typeof(T).Name}").ConfigureAwait(false);
        return ReceivedPacket.Decode(frame, Version) is T packet
            ? packet
            : throw new XunitException($"Expected a {typeof(T).Name}, got {ReceivedPacket.Describe(frame, Version)}");
    }

    /// <summary>Reads the next packet as it is on the wire.</summary>
    public Task<byte[]> ReadFrameAsync() => ReadFrameAsync("a packet");

    /// <summary>The next packet must be exactly these bytes.</summary>
    public async Task ExpectBytesAsync(string wire)
    {
        byte[] frame = await ReadFrameAsync(wire).ConfigureAwait(false);
        Assert.Equal(WireText.Format(WireText.Parse(wire)), WireText.Format(frame));
    }

    /// <summary>The next packet must be this acknowledgement.</summary>
    public async Task<AckPacket> ExpectAckAsync(PacketType type, ushort packetId, ReasonCode reason = ReasonCode.Success)
    {
        AckPacket ack = await ReadAsync<AckPacket>().ConfigureAwait(false);
        Assert.Equal((type, packetId, reason), (ack.Type, ack.PacketId, ack.ReasonCode));
        return ack;
    }

    /// <summary>The next packet must be a PUBLISH with this topic and payload.</summary>
    public async Task<ReceivedPublish> ExpectPublishAsync(string topic, string text)
    {
        ReceivedPublish message = await ReadAsync<ReceivedPublish>().ConfigureAwait(false);
        Assert.Equal((topic, text), (message.Topic, message.Text));
        return message;
    }

    /// <summary>
    /// Sends PINGREQ: nothing but its PINGRESP may come. What the broker had to say before is then known to be all.
    /// </summary>
    public async Task PingFenceAsync()
    {
        await PingAsync().ConfigureAwait(false);
        await ReadAsync<PingResponse>().ConfigureAwait(false);
    }

    /// <summary>Sends PINGREQ and reads up to its PINGRESP, whatever comes before it.</summary>
    /// <param name="take">Is given each packet; null: they are passed over.</param>
    public async Task DrainToPingAsync(Func<TestClient, object, Task>? take = null)
    {
        await PingAsync().ConfigureAwait(false);
        while (true)
        {
            object packet = await ReadAsync<object>().ConfigureAwait(false);
            if (packet is PingResponse) return;
            if (take is not null) await take(this, packet).ConfigureAwait(false);
        }
    }

    /// <summary>Shows that the broker has nothing to send to this client.</summary>
    public Task ExpectNothingAsync() => PingFenceAsync();

    /// <summary>The broker closes, and sends nothing before.</summary>
    public async Task ExpectClosedAsync()
    {
        byte[]? frame = await TryReadFrameAsync("the end of the connection").ConfigureAwait(false);
        if (frame is not null)
            throw new XunitException($"Expected the end of the connection, got {ReceivedPacket.Describe(frame, Version)}");
    }

    /// <summary>The broker closes; what it sends before need not be MQTT.</summary>
    public async Task ExpectEndAsync()
    {
        using var patience = new CancellationTokenSource(TestTime.Patience);
        try
        {
            for (bool isOpen = true; isOpen;)
            {
                ReadResult result = await transport.Input.ReadAsync(patience.Token).ConfigureAwait(false);
                transport.Input.AdvanceTo(result.Buffer.End);
                isOpen = !result.IsCompleted;
            }
        }
        catch (IOException)
        {
            // A reset is an end as well.
        }
    }

    /// <summary>The broker sends DISCONNECT with this reason (5.0), then closes; before 5.0 it only closes.</summary>
    public async Task<DisconnectPacket?> ExpectDisconnectAsync(ReasonCode reason)
    {
        DisconnectPacket? packet = null;
        if (Version == ProtocolVersion.Mqtt50)
        {
            packet = await ReadAsync<DisconnectPacket>().ConfigureAwait(false);
            Assert.Equal(reason, packet.ReasonCode);
        }
        await ExpectClosedAsync().ConfigureAwait(false);
        return packet;
    }

    private async Task<byte[]> ReadFrameAsync(string expected) =>
        await TryReadFrameAsync(expected).ConfigureAwait(false)
            ?? throw new XunitException($"Expected {expected}, but the broker closed the connection.");

    /// <summary>The next whole packet, or null when the broker has closed.</summary>
    private async Task<byte[]?> TryReadFrameAsync(string expected)
    {
        using var patience = new CancellationTokenSource(TestTime.Patience);
        while (true)
        {
            ReadResult result;
            try
            {
                result = await transport.Input.ReadAsync(patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw new XunitException($"Expected {expected}, but nothing came.");
            }
            catch (IOException)
            {
                return null; // A reset is an end as well.
            }
            ReadOnlySequence<byte> buffer = result.Buffer;
            FrameStatus status = FrameReader.TryRead(buffer, 0, Version, out FrameHeader header, out Fault? fault);
            if (status == FrameStatus.Complete)
            {
                byte[] frame = buffer.Slice(0, header.TotalLength).ToArray();
                transport.Input.AdvanceTo(buffer.GetPosition(header.TotalLength));
                return frame;
            }
            if (status != FrameStatus.Incomplete)
                throw new XunitException($"The broker sent no packet, {fault?.Text}: {WireText.Format(buffer.ToArray())}");
            transport.Input.AdvanceTo(buffer.Start, buffer.End);
            if (!result.IsCompleted) continue;
            if (buffer.IsEmpty) return null;
            throw new XunitException($"The broker closed within a packet: {WireText.Format(buffer.ToArray())}");
        }
    }
}
