using System.Buffers;
using System.Net.Sockets;
using Broker.CrashHarness.Facts;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.CrashHarness.Clients;

/// <summary>The sending side of one connection. Used under the client's lock.</summary>
/// <remarks>
/// Windows are small enough for the kernel's buffers, so a write never waits for a broker that waits for this client.
/// </remarks>
internal sealed class Link(Socket socket, ProtocolVersion version, PacketHistory history) : IDisposable
{
    private readonly ArrayBufferWriter<byte> _pending = new();

    /// <summary>The client has ended it; what came and was not looked at is lost.</summary>
    public bool IsDropped { get; private set; }

    public void Send(ConnectPacket packet)
    {
        history.Sent($"CONNECT{(packet.CleanStart ? " clean" : "")}{(packet.Will is null ? "" : " with will")}");
        packet.Write(_pending);
    }

    public void Send(SentMessage message, OutgoingPublish packet)
    {
        history.Sent($"PUBLISH {message}{(packet.Dup ? " dup" : "")} id {packet.PacketId}");
        packet.Write(_pending, version);
    }

    public void Send(PacketType type, ushort packetId)
    {
        var packet = new AckPacket(type, packetId);
        history.Sent(PacketLine.Of(packet));
        packet.Write(_pending, version);
    }

    public void Send(SubscribePacket packet)
    {
        history.Sent($"SUBSCRIBE id {packet.PacketId} {string.Join(' ', packet.Requests.Select(r => r.Filter))}");
        packet.Write(_pending, version);
    }

    public void Send(UnsubscribePacket packet)
    {
        history.Sent($"UNSUBSCRIBE id {packet.PacketId} {string.Join(' ', packet.Filters)}");
        packet.Write(_pending, version);
    }

    public void SendPing()
    {
        history.Sent("PINGREQ");
        _pending.Write(PingPackets.Request);
    }

    public void SendDisconnect()
    {
        history.Sent("DISCONNECT");
        new DisconnectPacket().Write(_pending, version);
    }

    /// <summary>Writes out what was sent since the last time.</summary>
    public void Flush()
    {
        if (_pending.WrittenCount == 0) return;
        try
        {
            socket.Send(_pending.WrittenSpan);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The broker is gone or the client dropped the connection; the reading side ends it.
        }
        _pending.ResetWrittenCount();
    }

    /// <summary>Ends the connection without a word, also for the kernel: it is reset.</summary>
    public void Drop()
    {
        IsDropped = true;
        history.Note("dropped by the client");
        socket.Close(timeout: 0);
    }

    public void Dispose() => socket.Dispose();
}
