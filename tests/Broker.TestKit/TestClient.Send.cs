using System.Buffers;
using System.IO.Pipelines;
using Broker.Protocol.Packets;

namespace Broker.TestKit;

public sealed partial class TestClient
{
    /// <summary>Sends bytes given as a wire literal.</summary>
    public Task SendBytesAsync(string wire) => SendBytesAsync(WireText.Parse(wire));

    /// <summary>Sends bytes as they are, in one write.</summary>
    public Task SendBytesAsync(ReadOnlyMemory<byte> bytes) => SendAsync(output => output.Write(bytes.Span));

    public Task SendAsync(ConnectPacket packet) => SendAsync(packet.Write);

    public Task SendAsync(AckPacket packet) => SendAsync(output => packet.Write(output, Version));

    public Task SendAsync(SubscribePacket packet) => SendAsync(output => packet.Write(output, Version));

    public Task SendAsync(UnsubscribePacket packet) => SendAsync(output => packet.Write(output, Version));

    public Task SendAsync(DisconnectPacket packet) => SendAsync(output => packet.Write(output, Version));

    public Task SendAsync(AuthPacket packet) => SendAsync(output => packet.Write(output, Version));

    public Task PingAsync() => SendBytesAsync(PingPackets.Request.ToArray());

    private async Task SendAsync(Action<PipeWriter> write)
    {
        write(transport.Output);
        using var patience = new CancellationTokenSource(TestTime.Patience);
        await transport.Output.FlushAsync(patience.Token).ConfigureAwait(false);
    }
}
