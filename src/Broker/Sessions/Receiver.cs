namespace Broker.Sessions;

/// <summary>Who gets a message of a topic, and by which subscription.</summary>
/// <param name="ForOthers">For messages of other publishers.</param>
/// <param name="ForSelf">For messages that the subscriber published itself; null: none (No Local).</param>
internal readonly record struct Receiver(Subscription ForOthers, Subscription? ForSelf);
