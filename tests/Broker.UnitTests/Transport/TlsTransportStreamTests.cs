using System.Buffers;
using System.IO.Pipelines;
using Broker.Transport.Tls;

namespace Broker.UnitTests.Transport;

public sealed class TlsTransportStreamTests
{
    private readonly Pipe _input = new(new PipeOptions(minimumSegmentSize: 16, useSynchronizationContext: false));
    private readonly Pipe _output = new();
    private readonly TlsTransportStream _stream;

    public TlsTransportStreamTests() => _stream = new TlsTransportStream(new Duplex(_input.Reader, _output.Writer));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public async Task Bytes_come_out_as_they_went_in_whatever_the_sizes_of_segments_and_reads(int readBytes)
    {
        byte[] sent = [.. Enumerable.Range(0, 50_000).Select(i => (byte)(i * 31))];
        for (int at = 0; at < sent.Length; at += 500) _input.Writer.Write(sent.AsSpan(at, 500));
        await _input.Writer.CompleteAsync();

        List<byte> received = [];
        byte[] buffer = new byte[readBytes];
        while (await _stream.ReadAsync(buffer) is > 0 and var length) received.AddRange(buffer.AsSpan(0, length));

        Assert.Equal(sent, received);
        Assert.Equal(sent[0], _stream.FirstByte);
    }

    [Fact]
    public async Task A_zero_byte_read_waits_for_bytes_and_takes_none()
    {
        Task<int> wait = _stream.ReadAsync(Memory<byte>.Empty).AsTask();
        Assert.False(wait.IsCompleted);

        await _input.Writer.WriteAsync(new byte[] { 42 });

        Assert.Equal(0, await wait);
        byte[] one = new byte[1];
        Assert.Equal(1, await _stream.ReadAsync(one));
        Assert.Equal(42, one[0]);
    }

    [Fact]
    public async Task A_write_at_the_end_does_not_wait_for_a_client_that_does_not_read()
    {
        Pipe full = new(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        TlsTransportStream stream = new(new Duplex(_input.Reader, full.Writer));
        Assert.False(stream.WriteAsync(new byte[10].AsMemory()).AsTask().IsCompleted);

        stream.StopWaiting();

        Assert.True(stream.WriteAsync(new byte[10].AsMemory()).AsTask().IsCompletedSuccessfully);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
