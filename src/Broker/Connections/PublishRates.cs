using Broker.Configuration;

namespace Broker.Connections;

/// <summary>How fast a client, and all clients of an address together, may publish, a second. 0: no limit.</summary>
/// <param name="Messages"><c>publish_rate</c>.</param>
/// <param name="Bytes"><c>publish_byte_rate</c>.</param>
/// <param name="AddressMessages"><c>publish_rate_per_address</c>.</param>
/// <param name="AddressBytes"><c>publish_byte_rate_per_address</c>.</param>
internal readonly record struct PublishRates(int Messages, int Bytes, int AddressMessages, int AddressBytes)
{
    /// <summary>Whether nothing is limited.</summary>
    public bool IsNone => this == default;

    /// <summary>Whether an address is limited as a whole.</summary>
    public bool HasAddress => (AddressMessages | AddressBytes) != 0;

    public static PublishRates Of(PeerLimitOptions limits) => new(
        limits.PublishesPerSecond, limits.PublishBytesPerSecond,
        limits.AddressPublishesPerSecond, limits.AddressPublishBytesPerSecond);
}
