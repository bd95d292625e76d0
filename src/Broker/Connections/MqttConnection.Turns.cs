namespace Broker.Connections;

// A socket that always has more would keep the thread that waits for it, and for many others, as long as it likes: after a turn
// its client goes on from the pool (ADR 14).
internal sealed partial class MqttConnection
{
    /// <summary>What a delivery counts for in a turn, bytes.</summary>
    private const int TurnBytesOfDelivery = 32;

    /// <summary>A batch that counts for less has emptied the socket: its thread looks at others by itself.</summary>
    private const int TurnEndBytes = 8 * 1024;

    [ThreadStatic]
    private static int _batchesOfThread;

    private int _lastBatch;
    private int _turnBytes;

    // Of what is replayed there is always more, and many may want it at once: that is no work for the threads of sockets.
    private bool IsReplaying => Session is { IsReplaying: true };

    // What counts is what this thread did for this client and for nobody in between.
    private void CountTurn(long bytes, long deliveries)
    {
        int batch = unchecked(++_batchesOfThread);
        bool isNext = batch == unchecked(_lastBatch + 1);
        _lastBatch = batch;
        long cost = Math.Max(bytes, deliveries * TurnBytesOfDelivery);
        _turnBytes = cost < TurnEndBytes ? 0 : (int)Math.Min(cost + (isNext ? _turnBytes : 0), int.MaxValue);
    }

    private bool IsTurnOver()
    {
        // What is retained makes work of each acknowledgement, however small.
        if (_turnBytes < Engine.TurnBytes) return IsReplaying;
        _turnBytes = 0;
        return true;
    }
}
