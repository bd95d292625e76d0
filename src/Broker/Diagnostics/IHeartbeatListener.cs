namespace Broker.Diagnostics;

/// <summary>Somebody with periodic work.</summary>
internal interface IHeartbeatListener
{
    /// <summary>Called about once a second on a pool thread. Must not block and must not throw.</summary>
    /// <param name="nowMilliseconds">Monotonic clock, milliseconds.</param>
    void OnTick(long nowMilliseconds);
}
