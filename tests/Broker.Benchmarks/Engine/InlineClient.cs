using System.Buffers;
using System.IO.Pipelines;
using Broker.Protocol;
using Broker.Protocol.Packets;

namespace Broker.Benchmarks.Engine;

/// <summary>
/// A client whose broker runs on the same thread: when <see cref="Send"/> returns, the broker has read, routed and written.
/// Allocates nothing once its pipes have their blocks.
/// </summary>
internal sealed class InlineClient
{
    private readonly Pipe _toBroker;
    private readonly Pipe _toClient;
    private readonly ProtocolVersion _version;

    public InlineClient(ProtocolVersion version, BlockPool pool)
    {
        // Whoever wakes a reader runs it, as with the sockets of the broker; and nobody ever has to wait for room.
        var options = new PipeOptions(
            pool, PipeScheduler.Inline, PipeScheduler.Inline, pauseWriterThreshold: 0, resumeWriterThreshold: 0,
            useSynchronizationContext: false);
        _version = version;
        _toBroker = new Pipe(options);
        _toClient = new Pipe(options);
        BrokerEnd = new End(_toBroker.Reader, _toClient.Writer);
    }

    /// <summary>What the broker is given.</summary>
    public IDuplexPipe BrokerEnd { get; }

    /// <summary>Where packets that are not frames yet are written; <see cref="Flush"/> sends them.</summary>
    public IBufferWriter<byte> Output => _toBroker.Writer;

    public void Send(ReadOnlySpan<byte> frames)
    {
        _toBroker.Writer.Write(frames);
        Flush();
    }

    public void Flush()
    {
        ValueTask<FlushResult> flush = _toBroker.Writer.FlushAsync();
        if (!flush.IsCompletedSuccessfully) throw new InvalidOperationException("The broker did not take it on this thread.");
        flush.GetAwaiter().GetResult();
    }

    /// <summary>Takes what the broker has written, without a look at it.</summary>
    /// <returns>Bytes.</returns>
    public int Receive()
    {
        long bytes = 0;
        while (_toClient.Reader.TryRead(out ReadResult read))
        {
            bytes += read.Buffer.Length;
            _toClient.Reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
        }
        return (int)bytes;
    }

    /// <summary>Takes what the broker has written and answers it until nothing is owed, as QoS 1 and 2 demand.</summary>
    /// <returns>Packets.</returns>
    public int ReceiveAndAnswer()
    {
        int packets = 0;
        while (_toClient.Reader.TryRead(out ReadResult read))
        {
            ReadOnlySequence<byte> buffer = read.Buffer;
            bool isAnswered = false;
            while (FrameReader.TryRead(in buffer, 0, _version, out FrameHeader header, out _) == FrameStatus.Complete)
            {
                isAnswered |= TryAnswer(in header, buffer.Slice(header.HeaderLength, header.RemainingLength));
                buffer = buffer.Slice(header.TotalLength);
                packets++;
            }
            _toClient.Reader.AdvanceTo(buffer.Start, read.Buffer.End);
            if (isAnswered) Flush();
        }
        return packets;
    }

    /// <summary>Closes; the broker's side ends on this thread as well.</summary>
    public void Close()
    {
        _toBroker.Writer.Complete();
        Receive();
        _toClient.Reader.Complete();
    }

    private bool TryAnswer(in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        PacketType answer = header.Type switch
        {
            PacketType.Publish => (header.Flags >> 1 & 3) switch
            {
                1 => PacketType.PubAck,
                2 => PacketType.PubRec,
                _ => PacketType.Reserved,
            },
            PacketType.PubRec => PacketType.PubRel,
            PacketType.PubRel => PacketType.PubComp,
            _ => PacketType.Reserved,
        };
        if (answer == PacketType.Reserved) return false;
        var reader = new SequenceReader<byte>(body);
        if (header.Type == PacketType.Publish && reader.TryReadBigEndian(out short topicLength)) reader.Advance(topicLength);
        if (!reader.TryReadBigEndian(out short packetId)) throw new InvalidOperationException("A packet id is missing.");
        Span<byte> span = _toBroker.Writer.GetSpan(AckPacket.LengthMax);
        _toBroker.Writer.Advance(AckPacket.Write(span, answer, (ushort)packetId, ReasonCode.Success, _version));
        return true;
    }

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
