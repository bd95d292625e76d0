using System.Security.Authentication;
using Broker.Configuration;

namespace Broker.UnitTests.Configuration;

public class SampleFileTests
{
    [Theory]
    [InlineData("\n", "")]
    [InlineData("\r\n", "")]
    [InlineData("\n", "\uFEFF")]
    [InlineData("\r\n", "\uFEFF")]
    public void The_sample_gives_four_listeners_as_it_is(string lineEnd, string mark)
    {
        string text = mark + SampleFile.Text.ReplaceLineEndings(lineEnd);

        Assert.Empty(Reading.Remarks(text));
        BrokerOptions options = Reading.Options(text);
        Assert.Equal([1001, 1002, 1003, 1004], options.Listeners.Select(listener => listener.Port));
        Assert.Equal(
            [ListenerProtocol.Mqtt, ListenerProtocol.Mqtt, ListenerProtocol.WebSockets, ListenerProtocol.WebSockets],
            options.Listeners.Select(listener => listener.Protocol));
        Assert.Equal([false, true, false, true], options.Listeners.Select(listener => listener.Tls is not null));
    }

    [Fact]
    public void Its_paths_end_before_the_comment()
    {
        BrokerOptions options = Reading.Options(SampleFile.Text);

        TlsOptions tls = options.Listeners[1].Tls!;
        Assert.Equal("/etc/mosquitto/ca_certificates/ca.crt", tls.CaFile);
        Assert.Equal("/etc/mosquitto/certs/server.crt", tls.CertFile);
        Assert.Equal("/etc/mosquitto/certs/server.key", tls.KeyFile);
        Assert.False(tls.RequireCertificate);
        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, tls.Protocols);
    }

    [Fact]
    public void Its_global_security_options_hold_for_every_listener()
    {
        Assert.All(Reading.Options(SampleFile.Text).Listeners, listener =>
        {
            Assert.True(listener.Security.AllowAnonymous);
            Assert.Equal("/etc/mosquitto/conf.d/MyPwdFile", listener.Security.PasswordFile);
        });
    }
}
