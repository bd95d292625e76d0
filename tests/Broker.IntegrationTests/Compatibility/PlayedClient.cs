using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;
using Broker.Protocol;

namespace Broker.IntegrationTests.Compatibility;

/// <summary>One connection of a client of an exchange. What arrives is read at once: nothing is lost at its end.</summary>
internal sealed class PlayedClient : IAsyncDisposable
{
    private readonly TcpClient _tcp;
    private readonly NetworkStream _stream;
    private readonly Channel<Answer> _answers = Channel.CreateUnbounded<Answer>();
    private readonly Task _reading;

    private PlayedClient(string name, TcpClient tcp, ProtocolVersion version)
    {
        Name = name;
        Version = version;
        _tcp = tcp;
        _stream = tcp.GetStream();
        _reading = ReadAsync(PipeReader.Create(_stream));
    }

    public string Name { get; }

    public ProtocolVersion Version { get; }

    /// <summary>The broker let it in, and it did not say goodbye since: it may be pinged.</summary>
    public bool IsIn { get; set; }

    /// <summary>It has the end of the connection behind it.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The client itself ends the connection, so that its end is nothing to tell.</summary>
    public bool IsCut { get; private set; }

    /// <summary>For each PINGREQ without an answer, whether the exchange asked for it.</summary>
    public Queue<bool> Pings { get; } = new();

    public static async Task<PlayedClient> OpenAsync(string name, int port, ProtocolVersion version)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync("127.0.0.1", port);
        return new PlayedClient(name, tcp, version);
    }

    /// <summary>Sends bytes; a broker that has closed already takes none, which the reader then tells.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        try
        {
            await _stream.WriteAsync(bytes);
        }
        catch (IOException)
        {
            // The end is among the answers.
        }
    }

    /// <summary>Ends its side without a word, as a lost network does as soon as it is noticed.</summary>
    public void Cut()
    {
        IsCut = true;
        try
        {
            _tcp.Client.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The broker was first.
        }
    }

    /// <summary>The next thing that the broker said; null when nothing comes within a time.</summary>
    public async Task<Answer?> TryReadAsync(TimeSpan patience)
    {
        if (IsOver) return null;
        using var limit = new CancellationTokenSource(patience);
        try
        {
            Answer answer = await _answers.Reader.ReadAsync(limit.Token);
            IsOver = ReferenceEquals(answer, Answer.End);
            return answer;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        await _reading;
    }

    private async Task ReadAsync(PipeReader input)
    {
        try
        {
            while (true)
            {
                ReadResult result = await input.ReadAsync();
                input.AdvanceTo(Take(result.Buffer), result.Buffer.End);
                if (result.IsCompleted) break;
            }
        }
        catch (IOException)
        {
            // A reset is an end as well.
        }
        catch (ObjectDisposedException)
        {
            // The exchange is over.
        }
        _answers.Writer.TryWrite(Answer.End);
    }

    /// <summary>Takes every whole packet.</summary>
    /// <returns>Where the next one begins.</returns>
    private SequencePosition Take(ReadOnlySequence<byte> buffer)
    {
        while (FrameReader.TryRead(buffer, 0, Version, out FrameHeader header, out _) == FrameStatus.Complete)
        {
            _answers.Writer.TryWrite(Answer.From(buffer.Slice(0, header.TotalLength).ToArray(), Version));
            buffer = buffer.Slice(header.TotalLength);
        }
        return buffer.Start;
    }
}
