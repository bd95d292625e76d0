using Broker.Sessions;

namespace Broker.Routing;

/// <summary>
/// Who gets messages of one topic. Immutable; valid while the tree's generation is <paramref name="Generation"/>.
/// </summary>
/// <param name="Generation">Of the tree when it was made.</param>
/// <param name="Receivers">Ordinary subscriptions.</param>
/// <param name="Groups">Shared subscriptions: one member of each gets the message [MQTT-4.8.2-4].</param>
internal sealed record MatchResult(long Generation, Receiver[] Receivers, SharedGroup[] Groups)
{
    /// <summary>
    /// Whether a session is among the receivers more than once (<c>allow_duplicate_messages</c>): then each message goes out to
    /// all of them before the next [MQTT-4.6.0-6].
    /// </summary>
    public bool RepeatsSession { get; init; }

    public bool IsEmpty => Receivers.Length == 0 && Groups.Length == 0;

    /// <summary>How many copies of a message go out.</summary>
    public int FanOut => Receivers.Length + Groups.Length;
}
