using Broker.Configuration;

namespace Broker.UnitTests.Configuration;

public class RestartOnlyTests
{
    private const string Later = "it takes effect at the next start.";

    [Fact]
    public void What_can_change_is_taken_without_a_word()
    {
        BrokerOptions running = Reading.Options("listener 1884\nlistener 1885");
        BrokerOptions read = Reading.Options("max_packet_size 100\nlistener 1885\nmax_qos 0\nlistener 1884\nmax_qos 1");
        List<string> kept = [];

        BrokerOptions result = RestartOnly.Keep(running, read, kept);

        Assert.Empty(kept);
        Assert.Equal(100, result.Limits.PacketBytesMax);
        // In the order of those that run, whatever the order of the file.
        Assert.Equal([(1884, 1), (1885, 0)], result.Listeners.Select(it => (it.Port, (int)it.MaximumQos)));
    }

    [Fact]
    public void What_cannot_stays_and_is_named()
    {
        BrokerOptions running = Reading.Options("listener 1884\nlistener 0 /run/a.sock\nlistener 1886");
        BrokerOptions read = Reading.Options(
            "user x\nlistener 1884 127.0.0.1\nprotocol websockets\ncertfile /a\nkeyfile /b\nmax_qos 1\n"
            + "listener 0 /run/b.sock\nlistener 1886");
        List<string> kept = [];

        BrokerOptions result = RestartOnly.Keep(running, read, kept);

        Assert.Equal(
            [
                $"'user' was changed in the configuration; {Later}",
                "'listener 0 /run/b.sock' is new in the configuration; it is opened at the next start.",
                $"'listener 1884': the address was changed in the configuration; {Later}",
                $"'listener 1884': 'protocol' was changed in the configuration; {Later}",
                $"'listener 1884': whether there is a 'certfile' was changed in the configuration; {Later}",
                "'listener 0 /run/a.sock' is no longer in the configuration; it goes on as it is until the next start.",
            ],
            kept);
        Assert.Null(result.User);
        Assert.Equal(
            (null, ListenerProtocol.Mqtt, null, 1),
            (result.Listeners[0].Address, result.Listeners[0].Protocol, result.Listeners[0].Tls,
                (int)result.Listeners[0].MaximumQos));
        Assert.Equal("/run/a.sock", result.Listeners[1].UnixSocketPath);
    }

    [Theory]
    [InlineData("certfile /c", "certfile /other", "admin_listener")]
    [InlineData("certfile /c", "certfile /c\ncafile /ca\nrequire_certificate true", "admin_listener")]
    [InlineData("certfile /c", "certfile /c\nsni_certificate /d /e", "admin_listener")]
    [InlineData("certfile /c", "certfile /c\nadmin_token_file /t", "admin_listener")]
    [InlineData("certfile /c", "certfile /c\nsocket_domain ipv4", "admin_listener")]
    [InlineData("k=v", "k=w", "otlp_header")]
    [InlineData("k=v", "k=v\notlp_interval 5", "otlp_interval")]
    [InlineData("k=v", "k=v\notlp_protocol grpc", "otlp_protocol")]
    public void What_operators_use_stays_and_is_named(string before, string after, string directive)
    {
        const string Text = "otlp_endpoint http://127.0.0.1:4318\notlp_header k=v\nlistener 1883\n"
            + "admin_listener 9883\ncertfile /c\nkeyfile /k\n";
        BrokerOptions running = Reading.Options(Text);
        List<string> kept = [];

        BrokerOptions result = RestartOnly.Keep(
            running, Reading.Options(Text.Replace(before, after, StringComparison.Ordinal)), kept);

        Assert.Equal([$"'{directive}' was changed in the configuration; {Later}"], kept);
        Assert.Equal((running.AdminListeners, running.Otlp), (result.AdminListeners, result.Otlp));
        kept.Clear();
        RestartOnly.Keep(running, Reading.Options(Text), kept);
        Assert.Empty(kept);
    }
}
