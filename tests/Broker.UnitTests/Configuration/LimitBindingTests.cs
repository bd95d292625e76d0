using Broker.Configuration;

namespace Broker.UnitTests.Configuration;

public class LimitBindingTests
{
    private static LimitOptions Limits(string text) => Reading.Options(text).Limits;

    [Fact]
    public void Nothing_said_gives_the_defaults_of_mosquitto_2_1()
    {
        Assert.Equal(new LimitOptions(), Limits(""));
        Assert.Equal(2_000_000, Limits("").PacketBytesMax);
        Assert.Equal(20, Limits("").InflightMessagesMax);
        Assert.Equal(1000, Limits("").QueuedMessagesMax);
    }

    [Theory]
    [InlineData("5", 5)]
    [InlineData("0", 0)]
    [InlineData("-1", 0)]
    [InlineData("65534", 65534)]
    [InlineData("65535", 0)]
    public void Messages_in_flight(string value, int expected) =>
        Assert.Equal(expected, Limits($"max_inflight_messages {value}").InflightMessagesMax);

    [Theory]
    [InlineData("5", 5)]
    [InlineData("-5", 0)]
    public void Limits_of_bytes_and_queues_are_off_when_negative(string value, int expected)
    {
        Assert.Equal(expected, Limits($"max_inflight_bytes {value}").InflightBytesMax);
        Assert.Equal(expected, Limits($"max_queued_bytes {value}").QueuedBytesMax);
        Assert.Equal(expected, Limits($"max_queued_messages {value}").QueuedMessagesMax);
    }

    [Theory]
    [InlineData("20", 20)]
    [InlineData("0x100", 256)]
    [InlineData("2147483647", 268_435_455)]
    public void Packet_size(string value, int expected) =>
        Assert.Equal(expected, Limits($"max_packet_size {value}").PacketBytesMax);

    [Fact]
    public void Payload_size() => Assert.Equal(1000, Limits("message_size_limit 1000").PayloadBytesMax);

    [Fact]
    public void Keep_alive() => Assert.Equal(65535, Limits("max_keepalive 65535").KeepAliveSecondsMax);

    [Theory]
    [InlineData("7", 7)]
    [InlineData("0", -1)]
    [InlineData("-7", -1)]
    public void Sessions_and_connections(string value, int expected)
    {
        Assert.Equal(expected, Limits($"global_max_clients {value}").SessionsMax);
        Assert.Equal(expected, Limits($"global_max_connections {value}").ConnectionsMax);
    }

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("2h", 7_200)]
    [InlineData("3d", 259_200)]
    [InlineData("1w", 604_800)]
    [InlineData("2m", 5_184_000)]
    [InlineData("1y", 31_536_000)]
    public void Expiration_of_absent_clients(string value, long seconds) => Assert.Equal(
        TimeSpan.FromSeconds(seconds), Limits($"persistent_client_expiration {value} # c").PersistentClientExpiration);

    [Fact]
    public void An_m_is_a_month_and_that_is_said() => Assert.Equal(
        ["a.conf:1:30: note: '5m' is 5 times 30 days: m is for months"], Reading.Remarks("persistent_client_expiration 5m"));

    [Fact]
    public void Switches()
    {
        Assert.True(Limits("queue_qos0_messages true").QueueQos0Messages);
        Assert.True(Limits("upgrade_outgoing_qos 1").UpgradeOutgoingQos);
        Assert.False(Limits("allow_duplicate_messages false").AllowDuplicateMessages);
        Assert.False(Limits("retain_available 0").IsRetainAvailable);
    }

    [Fact]
    public void Sweep_of_expired_retained_messages()
    {
        Assert.Equal(TimeSpan.FromMinutes(30), Limits("retain_expiry_interval 30").RetainExpirySweep);
        Assert.Equal(TimeSpan.FromMinutes(10_000_000), Limits("retain_expiry_interval 10000001").RetainExpirySweep);
    }

    [Fact]
    public void The_last_of_two_numbers_counts_and_both_lines_are_named()
    {
        Assert.Equal(6, Limits("max_keepalive 5\nmax_keepalive 6").KeepAliveSecondsMax);
        Assert.Equal(
            ["a.conf:2:1: warning: 'max_keepalive' was given before, at a.conf:1; this one counts"],
            Reading.Warnings("max_keepalive 5\nmax_keepalive 6"));
    }
}
