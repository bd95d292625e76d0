using System.Net;

namespace Broker.Connections;

/// <summary>What a connection has of what is limited. There is none where nothing is.</summary>
internal sealed class ConnectionQuota
{
    /// <summary>The address whose place it has; null: that was not limited when it came.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The user whose place it has, or null.</summary>
    public string? UserName { get; set; }

    /// <summary>How fast it may publish; null: as it likes.</summary>
    public PublishPace? Pace { get; set; }
}
