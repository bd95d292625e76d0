using System.Net;
using System.Net.Sockets;
using Broker.CrashHarness.Facts;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Xunit.Sdk;

namespace Broker.CrashHarness.Clients;

/// <summary>
/// Connects a role whenever the role is wanted online and the broker is there, for as long as the run lasts. The client
/// never dies, only the broker does.
/// </summary>
internal sealed class ClientLoop
{
    private const int FailuresMax = 200;

    private readonly RunContext _context;
    private readonly IClientRole _role;
    private readonly ProtocolVersion _version;
    private readonly AsyncGate _wanted = new();
    private readonly AsyncGate _offline = new();
    private Link? _link;
    private Action<Link>? _leave;
    private int _failures;

    public ClientLoop(RunContext context, IClientRole role, string clientId, ProtocolVersion version)
    {
        (_context, _role, _version) = (context, role, version);
        ClientId = clientId;
        History = new PacketHistory(context.Time, context.StartedAt);
        _offline.Open();
    }

    public string ClientId { get; }

    public PacketHistory History { get; }

    /// <summary>Guards the role, the link and the history.</summary>
    public Lock Gate { get; } = new();

    public bool IsWanted => _wanted.IsOpen;

    public void GoOnline()
    {
        lock (Gate) _leave = null;
        _wanted.Open();
    }

    /// <summary>Does not come back after the connection that it has.</summary>
    public void StayAway() => _wanted.Close();

    /// <summary>Leaves, with a DISCONNECT or without one, and waits until the connection is gone.</summary>
    public async Task GoOfflineAsync(bool isPolite)
    {
        _wanted.Close();
        lock (Gate)
        {
            // Where there is no CONNACK yet, it leaves when that comes.
            _leave = isPolite ? link => link.SendDisconnect() : link => link.Drop();
            if (_link is not null) Leave(_link);
        }
        try
        {
            await _offline.WaitAsync(_context.End).WaitAsync(TestTime.Patience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _context.Violations.Add("not closed", ClientId, "the broker does not close after DISCONNECT");
        }
    }

    /// <summary>Does something with the link if there is one, under the lock, and writes it out.</summary>
    public void WithLink(Action<Link> action)
    {
        lock (Gate)
        {
            if (_link is null) return;
            action(_link);
            _link.Flush();
        }
    }

    public async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _wanted.WaitAsync(_context.End).ConfigureAwait(false);
                await _context.BrokerIsUp.WaitAsync(_context.End).ConfigureAwait(false);
                _offline.Close();
                await ConnectOnceAsync().ConfigureAwait(false);
                _offline.Open();
            }
        }
        catch (OperationCanceledException) when (_context.End.IsCancellationRequested)
        {
            // The run is over.
        }
        catch (Exception failure)
        {
            _context.Violations.Add("harness failure", ClientId, failure.ToString());
            throw;
        }
    }

    private async Task ConnectOnceAsync()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _context.Port), _context.End).ConfigureAwait(false);
        }
        catch (SocketException refusal)
        {
            CountFailure(refusal.Message);
            return;
        }
        using var link = new Link(socket, _version, History);
        lock (Gate)
        {
            link.Send(_role.NextConnect());
            link.Flush();
        }
        try
        {
            await ReadAsync(socket, link).ConfigureAwait(false);
        }
        finally
        {
            lock (Gate)
            {
                if (_link is null) CountFailure("no CONNACK");
                _link = null;
                History.Note("closed");
                _role.Closed();
            }
        }
    }

    private async Task ReadAsync(Socket socket, Link link)
    {
        byte[] buffer = new byte[64 * 1024];
        int filled = 0;
        while (true)
        {
            int read;
            try
            {
                read = await socket.ReceiveAsync(buffer.AsMemory(filled), _context.End).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                return;
            }
            if (read == 0) return;
            filled += read;
            int used;
            lock (Gate)
            {
                used = TakeAll(buffer.AsSpan(0, filled), link);
                link.Flush();
            }
            buffer.AsSpan(used, filled - used).CopyTo(buffer);
            filled -= used;
        }
    }

    /// <summary>Handles every whole packet.</summary>
    /// <returns>Bytes used.</returns>
    private int TakeAll(ReadOnlySpan<byte> received, Link link)
    {
        int used = 0;
        while (FrameReader.TryRead(received[used..], 0, _version, out FrameHeader header, out _) == FrameStatus.Complete)
        {
            byte[] frame = received.Slice(used, header.TotalLength).ToArray();
            used += header.TotalLength;
            try
            {
                Take(ReceivedPacket.Decode(frame, _version), link);
            }
            catch (XunitException malformed)
            {
                _context.Violations.Add("malformed", ClientId, malformed.Message);
                link.Drop();
            }
            if (link.IsDropped) return received.Length;
        }
        return used;
    }

    private void Take(object packet, Link link)
    {
        History.Received(PacketLine.Of(packet));
        _context.PacketCame();
        if (packet is ConnAckPacket answer)
        {
            if (answer.ReasonCode != ReasonCode.Success)
            {
                _context.Violations.Add("refused", ClientId, $"{answer.ReasonCode}");
                return;
            }
            _failures = 0;
            _link = link;
            _role.Connected(answer, link);
            if (_leave is not null) Leave(link);
        }
        else if (packet is DisconnectPacket goodbye)
        {
            _context.Violations.Add("disconnected", ClientId, $"by the broker, {goodbye.ReasonCode} {goodbye.ReasonString}");
        }
        else
        {
            _role.Received(packet, link);
        }
    }

    private void Leave(Link link)
    {
        _leave?.Invoke(link);
        link.Flush();
    }

    private void CountFailure(string reason)
    {
        lock (Gate) History.Note($"not connected: {reason}");
        if (!_context.BrokerIsUp.IsOpen || ++_failures < FailuresMax) return;
        _context.Violations.Add("unreachable", ClientId, $"the broker runs and lets nobody in: {reason}");
        _context.BrokerIsUp.Close();
    }
}
