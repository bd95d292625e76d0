using Broker.Protocol;

namespace Broker.Connections;

// Limits of ours that hold for one connection.
internal sealed partial class MqttConnection
{
    private ConnectionQuota? _quota;

    /// <summary>What it has of what is limited; null: nothing.</summary>
    public ConnectionQuota? Quota => Volatile.Read(ref _quota);

    /// <summary>The quota, which is there from now on.</summary>
    public ConnectionQuota UseQuota()
    {
        if (Quota is null) Interlocked.CompareExchange(ref _quota, new ConnectionQuota(), null);
        return _quota!;
    }

    // Before CONNACK nobody is known, and a packet has to be whole to be looked at.
    private int PacketBytesMax
    {
        get
        {
            Configuration.LimitOptions limits = Engine.Options.Limits;
            return Session is null ? Math.Min(limits.PacketBytesMax, limits.Peers.ConnectPacketBytesMax) : limits.PacketBytesMax;
        }
    }

    // It is let in, or a reload came: the pace begins anew when it is another one. Both may be at the same time, and who is
    // second is not to bring back what does not hold any more.
    private void TakePace()
    {
        PublishRates rates;
        do
        {
            rates = PublishRates.Of(Engine.Options.Limits.Peers);
            if ((Quota?.Pace?.Rates ?? default) == rates) return;
            Engine.Peers.Leave(UseQuota().Exchange(Engine.Peers.PaceOf(Origin, rates)));
        }
        while (rates != PublishRates.Of(Engine.Options.Limits.Peers));
    }

    private bool IsTooFast(in FrameHeader header) =>
        header.Type == PacketType.Publish && Session is not null && !IsTakenAgain
        && _quota!.Pace is { } pace && !pace.TryTake(header.TotalLength);

    // The PUBLISH that came too early stays in the buffer with all that is behind it, and is taken again when it is its time.
    private async ValueTask<CloseReason?> SlowAsync()
    {
        if (Quota?.Pace is not { } pace) return null;
        var resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _askedInVain, resumed);
        if (Volatile.Read(ref _closeReason) is { } already) return already;
        _isPaused = true;
        pace.CountWaiting(+1);
        // The timer of a connection that is slowed down now, and of no other.
        await using (Engine.Time.CreateTimer(
            static waiter => ((TaskCompletionSource)waiter!).TrySetResult(), resumed, pace.Pause, Timeout.InfiniteTimeSpan))
        {
            Engine.Peers.Hit(pace.Met, this);
            await resumed.Task;
        }
        pace.CountWaiting(-1);
        _isPaused = false;
        Volatile.Write(ref _askedInVain, null);
        return Volatile.Read(ref _closeReason);
    }
}
