using Broker.Configuration;

namespace Broker.UnitTests.Configuration;

public class PeerLimitBindingTests
{
    private static readonly Dictionary<string, Func<int, PeerLimitOptions>> Setters = new()
    {
        ["max_connect_packet_size"] = value => new() { ConnectPacketBytesMax = value },
        ["connect_timeout"] = value => new() { ConnectTimeout = TimeSpan.FromSeconds(value) },
        ["connect_rate"] = value => new() { ConnectsPerSecond = value },
        ["max_pending_connects"] = value => new() { PendingConnectsMax = value },
        ["max_pending_handshakes"] = value => new() { PendingHandshakesMax = value },
        ["max_subscriptions"] = value => new() { SubscriptionsMax = value },
        ["global_max_subscriptions"] = value => new() { GlobalSubscriptionsMax = value },
        ["global_max_retained_messages"] = value => new() { RetainedMessagesMax = value },
        ["global_max_retained_bytes"] = value => new() { RetainedBytesMax = value },
        ["global_max_queued_messages"] = value => new() { GlobalQueuedMessagesMax = value },
        ["global_max_queued_bytes"] = value => new() { GlobalQueuedBytesMax = value },
        ["max_user_properties"] = value => new() { UserPropertiesMax = value },
        ["max_connections_per_address"] = value => new() { AddressConnectionsMax = value },
        ["max_connections_per_user"] = value => new() { UserConnectionsMax = value },
        ["connect_rate_per_address"] = value => new() { AddressConnectsPerSecond = value },
        ["publish_rate"] = value => new() { PublishesPerSecond = value },
        ["max_retained_messages"] = value => new() { ClientRetainedMessagesMax = value },
        ["max_retained_bytes"] = value => new() { ClientRetainedBytesMax = value },
        ["publish_byte_rate"] = value => new() { PublishBytesPerSecond = value },
        ["publish_rate_per_address"] = value => new() { AddressPublishesPerSecond = value },
        ["publish_byte_rate_per_address"] = value => new() { AddressPublishBytesPerSecond = value },
        ["max_wildcard_filters"] = value => new() { WildcardFiltersMax = value },
        ["max_topic_levels"] = value => new() { TopicLevelsMax = value },
        ["max_pending_logins"] = value => new() { PendingLoginsMax = value },
    };

    [Theory]
    [InlineData("max_connect_packet_size", 20)]
    [InlineData("connect_timeout", 1)]
    [InlineData("connect_rate", 0)]
    [InlineData("max_pending_connects", 0)]
    [InlineData("max_pending_handshakes", 0)]
    [InlineData("max_subscriptions", 0)]
    [InlineData("global_max_subscriptions", 0)]
    [InlineData("global_max_retained_messages", 0)]
    [InlineData("global_max_retained_bytes", 0)]
    [InlineData("global_max_queued_messages", 0)]
    [InlineData("global_max_queued_bytes", 0)]
    [InlineData("max_user_properties", 0)]
    [InlineData("max_connections_per_address", 0)]
    [InlineData("max_connections_per_user", 0)]
    [InlineData("connect_rate_per_address", 0)]
    [InlineData("publish_rate", 0)]
    [InlineData("max_retained_messages", 0)]
    [InlineData("max_retained_bytes", 0)]
    [InlineData("publish_byte_rate", 0)]
    [InlineData("publish_rate_per_address", 0)]
    [InlineData("publish_byte_rate_per_address", 0)]
    [InlineData("max_wildcard_filters", 0)]
    [InlineData("max_topic_levels", 1)]
    [InlineData("max_pending_logins", 1)]
    public void Each_sets_its_limit_and_refuses_what_is_below_it(string name, int valueMin)
    {
        Assert.Equal(Setters[name](77), Reading.Options($"{name} 77").Limits.Peers);
        Assert.Equal(Setters[name](valueMin), Reading.Options($"{name} {valueMin}").Limits.Peers);
        Assert.Contains(Reading.Errors($"{name} {valueMin - 1}"), line => line.Contains(name) && line.Contains("a.conf:1:"));
        Assert.NotEmpty(Reading.Errors($"{name} much"));
    }

    [Fact]
    public void Bytes_of_all_go_beyond_32_bits()
    {
        const string Text =
            "global_max_queued_bytes 5000000000\nglobal_max_retained_bytes 6000000000\nmax_retained_bytes 7000000000";
        PeerLimitOptions limits = Reading.Options(Text).Limits.Peers;
        Assert.Equal(
            (5_000_000_000, 6_000_000_000, 7_000_000_000),
            (limits.GlobalQueuedBytesMax, limits.RetainedBytesMax, limits.ClientRetainedBytesMax));
    }

    [Fact]
    public void Nothing_said_limits_only_who_is_not_let_in_yet()
    {
        PeerLimitOptions limits = Reading.Options("").Limits.Peers;
        Assert.Equal(16_384, limits.ConnectPacketBytesMax);
        Assert.Equal(TimeSpan.FromSeconds(30), limits.ConnectTimeout);
        Assert.Equal(limits, new PeerLimitOptions());
        Assert.Equal(0, limits.PublishesPerSecond + limits.AddressConnectionsMax + limits.UserConnectionsMax);
    }
}
