using Broker.Protocol;

namespace Broker.Connections;

/// <summary>What the read loop does after a packet.</summary>
internal enum HandlerAction
{
    /// <summary>The next packet.</summary>
    Continue,
    /// <summary>Stop reading until the handshake has been answered.</summary>
    Pause,
    /// <summary>Stop reading until the client has taken the acknowledgements it is owed.</summary>
    Wait,
    /// <summary>Stop reading until a question about topics is answered, then take this packet again.</summary>
    Ask,
    /// <summary>Stop reading until the client may publish again, then take this packet again.</summary>
    Slow,
    /// <summary>Close the connection.</summary>
    Close,
}

/// <summary>A handler's outcome, a value: handlers never close anything themselves.</summary>
internal readonly record struct HandlerResult(HandlerAction Action, CloseReason? Reason = null)
{
    public static readonly HandlerResult Continue = new(HandlerAction.Continue);

    public static readonly HandlerResult Pause = new(HandlerAction.Pause);

    public static readonly HandlerResult Wait = new(HandlerAction.Wait);

    public static readonly HandlerResult Ask = new(HandlerAction.Ask);

    public static readonly HandlerResult Slow = new(HandlerAction.Slow);

    public static HandlerResult Close(Fault fault) => new(HandlerAction.Close, CloseReason.Of(fault));

    public static HandlerResult Close(CloseReason reason) => new(HandlerAction.Close, reason);
}
