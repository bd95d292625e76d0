using Broker.Protocol.Packets;
using Load.Checking;
using Load.Wire;

namespace Load.Clients;

/// <summary>What a device is told.</summary>
internal sealed record DeviceShape
{
    /// <summary>From 0: the topic of its stamps.</summary>
    public required int Number { get; init; }

    public required Endpoint Endpoint { get; init; }

    /// <summary>What has come to its session, of which it may be one of several devices.</summary>
    public required Inbox Inbox { get; init; }

    /// <summary>What it says first, each time.</summary>
    public required ConnectPacket Connect { get; init; }

    /// <summary>What it subscribes to when it has no session.</summary>
    public IReadOnlyList<SubscriptionRequest> Subscriptions { get; init; } = [];

    /// <summary>After how long it tries again, give or take a half; zero: at once.</summary>
    public required TimeSpan Retry { get; init; }

    /// <summary>For how long it waits for CONNACK.</summary>
    public required TimeSpan Patience { get; init; }
}
