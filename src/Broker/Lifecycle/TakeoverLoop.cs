namespace Broker.Lifecycle;

/// <summary>A client id that is fought over, for who asks about it.</summary>
/// <param name="ClientId">The client id.</param>
/// <param name="Before">Who had the session before the last takeover.</param>
/// <param name="After">Who has had it since.</param>
/// <param name="Count">Takeovers, since the first that is not forgotten.</param>
internal sealed record TakeoverLoop(string ClientId, TakeoverPeer Before, TakeoverPeer After, long Count);
