namespace Broker.Sessions;

/// <summary>What a session knows of the connection that serves it.</summary>
internal interface ISessionConnection
{
    /// <summary>Whether what it promises waits for its commit (<c>durability commit</c>).</summary>
    bool WaitsForCommit { get; }

    /// <summary>Says that this thread will drain the connection at the end of its read batch.</summary>
    /// <returns>False when some thread has said so already and has not begun: that drain sends this too.</returns>
    bool TryTouch();

    /// <summary>There is something to send: send it now, on this thread, unless another thread is at it.</summary>
    void Drain();

    /// <summary>Another connection took the session over: say so to the client and close.</summary>
    void CloseTakenOver();
}
