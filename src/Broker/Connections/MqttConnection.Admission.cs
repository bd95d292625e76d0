using System.IO.Pipelines;
using Broker.Diagnostics;
using Broker.Protocol.Packets;

namespace Broker.Connections;

// Between the reading of CONNECT and its judgement, while too many others are being let in. Nothing is read meanwhile.
internal sealed partial class MqttConnection
{
    // Where it has a place until its CONNACK has left. Null for all who are not being let in.
    private Places? _line;

    // Null: it is its turn.
    private async ValueTask<CloseReason?> WaitInLineAsync(ConnectPacket packet)
    {
        AdmissionLines lines = Engine.Lines;
        // What comes back with AUTH was counted when it was CONNECT.
        if (Authentication is null)
        {
            if (await EnterAsync(lines.Rate, LimitKind.ConnectRate) is { } gone) return gone;
            lines.Rate.Leave();
        }
        bool hasPassword = packet.Password is not null && Security.PasswordFile is not null;
        Places line = hasPassword ? lines.Passwords : lines.Connects;
        if (await EnterAsync(line, LimitKind.MaxPendingConnects) is { } left) return left;
        Volatile.Write(ref _line, line);
        return null;
    }

    private void LeaveLine()
    {
        if (Volatile.Read(ref _line) is not null) Interlocked.Exchange(ref _line, null)?.Leave();
    }

    // Null: it has a place.
    private async ValueTask<CloseReason?> EnterAsync(Places line, LimitKind limit)
    {
        if (line.Enter(Origin.Address) is not { } waiter) return null;
        Engine.Peers.Hit(limit, this);
        long begun = Engine.CoarseMilliseconds;
        _isPaused = true;
        bool hasPlace = await WaitAsync(line, waiter, isWatched: true);
        CloseReason? gone = await WhyGoneAsync();
        if (!hasPlace && gone is null)
        {
            // It will not send more; what it has sent is served when it is its turn.
            PlaceWaiter? again = line.Enter(Origin.Address);
            hasPlace = again is null || await WaitAsync(line, again, isWatched: false);
            gone = Volatile.Read(ref _closeReason);
        }
        _acceptedMilliseconds += Engine.CoarseMilliseconds - begun;
        _isPaused = false;
        if (gone is not null && hasPlace) line.Leave();
        return gone;
    }

    // Ends with a place, or without one when the connection is closed from here or, if that is watched, from there.
    private async ValueTask<bool> WaitAsync(Places line, PlaceWaiter waiter, bool isWatched)
    {
        Interlocked.Exchange(ref _askedInVain, waiter);
        if (Volatile.Read(ref _closeReason) is not null) waiter.TrySetResult();
        CancellationToken closed = isWatched ? Origin.Closed : default;
        await using (closed.UnsafeRegister(static waiting => ((PlaceWaiter)waiting!).TrySetResult(), waiter))
        {
            await waiter.Task;
        }
        Volatile.Write(ref _askedInVain, null);
        return line.StopWaiting(waiter);
    }

    private async ValueTask<CloseReason?> WhyGoneAsync()
    {
        if (Volatile.Read(ref _closeReason) is { } closed) return closed;
        return Origin.Closed.IsCancellationRequested && await HasLeftAsync() ? CloseReason.PeerClosed : null;
    }

    // Who has given up, and sent nothing behind CONNECT, wants nothing any more. There is an end to be read, so this does not
    // wait for the peer.
    private async ValueTask<bool> HasLeftAsync()
    {
        try
        {
            ReadResult read = await _input.ReadAsync();
            bool hasLeft = read is { IsCompleted: true, Buffer.IsEmpty: true };
            _input.AdvanceTo(read.Buffer.Start);
            return hasLeft;
        }
        catch (Exception exception) when (IsPeerGone(exception))
        {
            return true;
        }
    }
}
