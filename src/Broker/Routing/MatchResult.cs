using Broker.Sessions;

namespace Broker.Routing;

/// <summary>A shared subscription that matches.</summary>
/// <param name="Group">Keeps whose turn it is.</param>
/// <param name="Members">Those that may read the topic, one at least.</param>
internal readonly record struct MatchedGroup(SharedGroup Group, Receiver[] Members);

/// <summary>
/// Who gets messages of one topic. Immutable; valid while the tree's generation is <paramref name="Generation"/>. Whose client
/// may not read the topic is not in it.
/// </summary>
/// <param name="Generation">Of the tree when it was made.</param>
/// <param name="Receivers">Ordinary subscriptions.</param>
/// <param name="Groups">Shared subscriptions: one member of each gets the message [MQTT-4.8.2-4].</param>
internal sealed record MatchResult(long Generation, Receiver[] Receivers, MatchedGroup[] Groups)
{
    /// <summary>
    /// Whether a session is among the receivers more than once (<c>allow_duplicate_messages</c>): then each message goes out to
    /// all of them before the next [MQTT-4.6.0-6].
    /// </summary>
    public bool RepeatsSession { get; init; }

    /// <summary>Subscriptions, and shared subscriptions as a whole, that match and may not read the topic.</summary>
    public int Unreadable { get; init; }

    public bool IsEmpty => Receivers.Length == 0 && Groups.Length == 0;

    /// <summary>How many copies of a message go out.</summary>
    public int FanOut => Receivers.Length + Groups.Length;
}
