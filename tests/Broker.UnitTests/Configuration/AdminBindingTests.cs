using Broker.Configuration;

namespace Broker.UnitTests.Configuration;

public sealed class AdminBindingTests
{
    [Fact]
    public void An_admin_listener_is_this_machines_own_and_opens_nothing_for_clients()
    {
        BrokerOptions options = Reading.Options("admin_listener 9883");

        AdminListenerOptions admin = Assert.Single(options.AdminListeners);
        Assert.Equal((9883, "127.0.0.1"), (admin.Listener.Port, admin.Listener.Address));
        Assert.True(admin.IsLocal && options.IsLocalOnly);
        Assert.Equal(2, options.Listeners.Length);
    }

    [Fact]
    public void It_takes_an_address_a_token_file_and_TLS()
    {
        BrokerOptions options = Reading.Options(
            "listener 1883\nadmin_listener 9883 0.0.0.0\nadmin_token_file /t\ncertfile /c\nkeyfile /k\n");

        AdminListenerOptions admin = Assert.Single(options.AdminListeners);
        Assert.Equal(("0.0.0.0", "/t", "/c"), (admin.Listener.Address, admin.TokenFile, admin.Listener.Tls?.CertFile));
        Assert.False(admin.IsLocal);
        Assert.Null(Assert.Single(options.Listeners).Tls);
    }

    [Fact]
    public void What_is_meant_for_clients_is_not_taken_by_it_without_a_word() => Assert.Equal(
        "a.conf:2:1: error: 'max_connections' is for MQTT clients, and the listener before it is the 'admin_listener' at "
        + "a.conf:1: move it below the 'listener' it is meant for",
        Assert.Single(Reading.Errors("admin_listener 9883\nmax_connections 5")));

    [Fact]
    public void Reachable_by_others_without_a_token_file_is_worth_a_note() =>
        Assert.Contains(
            "'admin_token_file'", Assert.Single(Reading.Remarks("admin_listener 9883 0.0.0.0")), StringComparison.Ordinal);

    [Theory]
    [InlineData("admin_listener 0", "a port in 1 to 65535")]
    [InlineData("admin_listener a", "a port in 1 to 65535")]
    [InlineData("admin_listener 1 a b", "'b'")]
    [InlineData("listener 1883\nadmin_token_file a", "belongs to an 'admin_listener'")]
    [InlineData("otlp_endpoint collector:4318", "http://127.0.0.1:4318")]
    [InlineData("otlp_header a", "NAME=VALUE")]
    [InlineData("metrics_topic a/#/b", "sensors/#")]
    [InlineData("metrics_topic $share/g/a", "sensors/#")]
    [InlineData("metrics_topic a\nmetrics_topic a", "there already")]
    public void A_mistake_is_named(string text, string words) =>
        Assert.Contains(Reading.Errors(text), error => error.Contains(words, StringComparison.Ordinal));

    [Fact]
    public void Topics_are_counted_for_fifty_filters_and_no_more()
    {
        string fifty = string.Concat(Enumerable.Range(0, 50).Select(static i => $"metrics_topic t/{i}/#\n"));

        Assert.Equal(50, Reading.Options(fifty).MetricsTopics.Length);
        string error = Assert.Single(Reading.Errors(fifty + "metrics_topic more"));
        Assert.Contains("50 'metrics_topic'", error, StringComparison.Ordinal);
        Assert.Empty(Reading.Options("").MetricsTopics);
    }

    [Fact]
    public void Pushing_is_configured_by_the_endpoint()
    {
        OtlpOptions otlp = Reading.Options(
            "otlp_endpoint http://c:4317\notlp_protocol grpc\notlp_header a=b\notlp_header c=d\notlp_interval 5").Otlp!;

        Assert.Equal(new Uri("http://c:4317"), otlp.Endpoint);
        Assert.Equal((true, TimeSpan.FromSeconds(5)), (otlp.IsGrpc, otlp.Interval));
        Assert.Equal(["a=b", "c=d"], otlp.Headers.ToArray());
        Assert.Null(Reading.Options("").Otlp);
        Assert.Contains("without 'otlp_endpoint'", Assert.Single(Reading.Warnings("otlp_interval 5")), StringComparison.Ordinal);
    }

    [Fact]
    public void Sys_is_published_every_ten_seconds_unless_the_file_has_another_interval()
    {
        Assert.Equal(TimeSpan.FromSeconds(10), Reading.Options("").SysInterval);
        Assert.Equal(TimeSpan.FromSeconds(3), Reading.Options("sys_interval 3").SysInterval);
        Assert.Equal(TimeSpan.Zero, Reading.Options("sys_interval 0").SysInterval);
    }
}
