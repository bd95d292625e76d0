using Broker.Configuration;

namespace Broker.Security;

/// <summary>What a client shows when it connects.</summary>
/// <param name="Security">Who may connect where it does.</param>
/// <param name="UserName">Null or empty: none.</param>
/// <param name="Password">Null: none. Belongs to the caller until it is answered.</param>
internal readonly record struct ClientCredentials(
    ListenerSecurityOptions Security, string? UserName, ReadOnlyMemory<byte>? Password)
{
    /// <summary>Client id, also where the broker made it.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>Address and port, or what stands for them.</summary>
    public string RemoteAddress { get; init; } = "";

    /// <summary>Where it connects; null: not known.</summary>
    public ListenerOptions? Listener { get; init; }
}
