using System.Net;
using Broker.Configuration;

namespace Broker.UnitTests.Configuration;

public class ProxyBindingTests
{
    private static ListenerOptions With(string lines) => Reading.Listener($"listener 1884\n{lines}\n");

    [Fact]
    public void What_a_proxy_has_to_say()
    {
        Assert.Null(With("").Proxy);
        Assert.Equal(new ProxyOptions(1), With("enable_proxy_protocol 1").Proxy);
        Assert.Equal(
            new ProxyOptions(2) { RequireTls = true, RequireCertificate = true, UseIdentityAsUsername = true },
            With("enable_proxy_protocol 2\nproxy_protocol_v2_require_tls true\nrequire_certificate true\n"
                + "use_identity_as_username true").Proxy);
    }

    [Fact]
    public void What_is_asked_of_its_header_is_not_warned_about() => Assert.Empty(Reading.Warnings(
        "listener 1884\nenable_proxy_protocol 2\nrequire_certificate true\nuse_identity_as_username true"));

    [Theory]
    [InlineData("certfile /a\nkeyfile /b", "a.conf:3:1: error: 'certfile' and 'enable_proxy_protocol 2' exclude each other")]
    [InlineData("use_subject_as_username true", "a.conf:3:1: error: 'use_subject_as_username' and ")]
    public void Version_2_and_TLS_exclude_each_other(string lines, string error) => Assert.StartsWith(
        error, Reading.Errors($"listener 1884\nenable_proxy_protocol 2\n{lines}")[0], StringComparison.Ordinal);

    [Fact]
    public void TLS_cannot_be_required_of_a_header_that_does_not_tell() => Assert.StartsWith(
        "a.conf:3:1: error: 'proxy_protocol_v2_require_tls' needs 'enable_proxy_protocol 2'",
        Reading.Errors("listener 1884\nenable_proxy_protocol 1\nproxy_protocol_v2_require_tls true")[0],
        StringComparison.Ordinal);

    [Fact]
    public void Whom_to_trust()
    {
        Assert.Equal(
            [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("192.0.2.1/32"), IPNetwork.Parse("2001:db8::1/128")],
            With("enable_proxy_protocol 1\ntrusted_proxies 10.0.0.0/8, 192.0.2.1\ntrusted_proxies 2001:db8::1")
                .TrustedProxies.AsEnumerable());
        Assert.StartsWith(
            "a.conf:2:28: error: 'trusted_proxies' takes addresses",
            Reading.Errors("listener 1884\ntrusted_proxies 10.0.0.0/8 10.0.0.0/33")[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trusted_proxies 10.0.0.1", "'trusted_proxies' has no effect on the listener at a.conf:1")]
    [InlineData("http_dir /tmp", "'http_dir' has no effect on the listener at a.conf:1")]
    public void What_nothing_asks_for_is_warned_about(string line, string warning) => Assert.Contains(
        warning, Assert.Single(Reading.Warnings($"listener 1884\n{line}")), StringComparison.Ordinal);

    [Fact]
    public void A_folder_of_files_must_be_there() => Assert.StartsWith(
        "a.conf:2:10: error: 'http_dir' takes a folder; there is none at /no/such",
        Reading.Errors("listener 1884\nhttp_dir /no/such")[0], StringComparison.Ordinal);

    [Fact]
    public void Further_certificates_are_pairs()
    {
        TlsOptions tls = With("certfile /a\nkeyfile /b\nsni_certificate /c /d\nsni_certificate /e /f").Tls!;

        Assert.Equal([new("/a", "/b"), new("/c", "/d"), new("/e", "/f")], tls.Pairs);
        Assert.StartsWith(
            "a.conf:4:17: error: 'sni_certificate' takes two paths",
            Reading.Errors("listener 1884\ncertfile /a\nkeyfile /b\nsni_certificate /c")[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_revocation_list_without_certificates_to_ask_for_is_warned_about() => Assert.Contains(
        "'crlfile' has no effect without 'require_certificate true'",
        Assert.Single(Reading.Warnings("listener 1884\ncertfile /a\nkeyfile /b\ncafile /c\ncrlfile /d")),
        StringComparison.Ordinal);
}
