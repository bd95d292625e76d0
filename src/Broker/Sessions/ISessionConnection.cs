using Broker.Messages;

namespace Broker.Sessions;

/// <summary>What a session knows of the connection that serves it.</summary>
internal interface ISessionConnection
{
    /// <summary>Whether what it promises waits for its commit (<c>durability commit</c>).</summary>
    bool WaitsForCommit { get; }

    /// <summary>Where its client is; null: it has none.</summary>
    string? Address => null;

    /// <summary>
    /// Ends when the packets that it read are handled, after it was told to close: it reads no more. Who took the session over
    /// may ask, once.
    /// </summary>
    Task ReadingEndedAsync();

    /// <summary>Says that this thread will drain the connection at the end of its read batch.</summary>
    /// <returns>False when some thread has said so already and has not begun: that drain sends this too.</returns>
    bool TryTouch();

    /// <summary>There is something to send: send it now, on this thread, unless another thread is at it.</summary>
    void Drain();

    /// <summary>Takes the right to write, unless it is taken or the connection cannot be written to.</summary>
    /// <param name="hold">In whose name; it is asked to let go later. What it has already may be sent first.</param>
    bool TryHold(ConnectionHold hold);

    /// <summary>
    /// Writes messages to the output of a connection that is held. One that is larger than the client takes is counted and done.
    /// </summary>
    /// <param name="run">What.</param>
    /// <param name="count">How many of them, from the first on.</param>
    /// <param name="delivery">How they are sent.</param>
    void Pass(in PublicationRun run, int count, in PassedDelivery delivery);

    /// <summary>Gives the right back, if it is still there, and sends what was written.</summary>
    /// <param name="hold">Who had it.</param>
    void LetGo(ConnectionHold hold);

    /// <summary>Another connection took the session over: say so to the client and close.</summary>
    void CloseTakenOver();
}
