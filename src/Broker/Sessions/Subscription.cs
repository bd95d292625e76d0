using Broker.Protocol;

namespace Broker.Sessions;

/// <summary>One subscription of one session. Immutable: subscribing again replaces it [MQTT-3.8.4-3].</summary>
internal sealed class Subscription
{
    private static readonly uint[] NoIds = [];

    public required Session Session { get; init; }

    /// <summary>The key in the session: as subscribed, <c>$share/NAME/</c> included, mount point included.</summary>
    public required string Key { get; init; }

    /// <summary>The filter that topics are matched with.</summary>
    public required string Filter { get; init; }

    /// <summary>Whether it matches more than one topic.</summary>
    public bool HasWildcard => Filter.AsSpan().ContainsAny('+', '#');

    /// <summary>Share name, or null for an ordinary subscription.</summary>
    public string? ShareName { get; init; }

    /// <summary>The granted QoS.</summary>
    public QualityOfService Qos { get; init; }

    /// <summary>Not to the client that published [MQTT-3.8.3-3].</summary>
    public bool NoLocal { get; init; }

    /// <summary>Keep the RETAIN flag as published [MQTT-3.3.1-12].</summary>
    public bool RetainAsPublished { get; init; }

    /// <summary>Subscription Identifiers to send, usually none or one.</summary>
    public uint[] Ids { get; init; } = NoIds;
}
