using System.Security.Authentication;
using Broker.Configuration;
using Broker.Protocol;

namespace Broker.UnitTests.Configuration;

public class ListenerBindingTests
{
    private static ListenerOptions With(string lines) => Reading.Listener($"listener 1884\n{lines}\n");

    [Theory]
    [InlineData("listener 1884", 1884, null, null)]
    [InlineData("listener 1884 # all", 1884, null, null)]
    [InlineData("listener 1884 127.0.0.1", 1884, "127.0.0.1", null)]
    [InlineData("listener 1884 ::1 # v6", 1884, "::1", null)]
    [InlineData("listener 0x75c broker.example", 1884, "broker.example", null)]
    [InlineData("listener 0 /run/broker.sock", 0, null, "/run/broker.sock")]
    public void Where_it_listens(string line, int port, string? address, string? path)
    {
        ListenerOptions listener = Reading.Listener(line);

        Assert.Equal((port, address, path), (listener.Port, listener.Address, listener.UnixSocketPath));
    }

    [Fact]
    public void A_unix_socket_path_that_the_kernel_cannot_hold_is_an_error()
    {
        Reading.Listener("listener 0 /" + new string('a', 106));
        Assert.StartsWith(
            "Error: Path to unix socket is too long",
            Reading.Errors("listener 0 /" + new string('a', 107))[0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_it_speaks()
    {
        Assert.Equal(ListenerProtocol.Mqtt, With("protocol mqtt").Protocol);
        Assert.Equal(ListenerProtocol.WebSockets, With("protocol websockets # browsers").Protocol);
        Assert.Equal(
            ["https://a", "https://b"],
            With("websockets_origin https://a\nwebsockets_origin https://b").WebSocketOrigins.AsEnumerable());
        Assert.Equal(
            [ProtocolVersion.Mqtt311, ProtocolVersion.Mqtt50],
            With("accept_protocol_versions 5, 4").AcceptProtocolVersions.AsEnumerable());
    }

    [Fact]
    public void An_unknown_protocol_version_is_an_error() =>
        Assert.Contains(
            "a.conf:2:28: error: ", Reading.Errors("listener 1\naccept_protocol_versions 3,6")[0], StringComparison.Ordinal);

    [Fact]
    public void How_it_binds()
    {
        Assert.Equal(SocketDomain.IPv4, With("socket_domain ipv4").SocketDomain);
        Assert.Equal(SocketDomain.IPv6, With("socket_domain ipv6").SocketDomain);
        Assert.Equal("eth0", With("bind_interface eth0").BindInterface);
    }

    [Fact]
    public void What_it_allows()
    {
        Assert.Equal(5, With("max_connections 5").ConnectionsMax);
        Assert.Equal(-1, With("max_connections -5").ConnectionsMax);
        Assert.Equal(-1, With("max_connections 0").ConnectionsMax);
        Assert.Equal(QualityOfService.AtLeastOnce, With("max_qos 1").MaximumQos);
        Assert.Equal(QualityOfService.AtMostOnce, With("maximum_qos 0").MaximumQos);
        Assert.Equal(0, With("max_topic_alias 0").TopicAliasMaximum);
        Assert.Equal(65535, With("max_topic_alias_broker 65535").TopicAliasMaximumBroker);
        Assert.Equal("site/1/", With("mount_point site/1/ # here").MountPoint);
        Assert.True(With("use_username_as_clientid true").UseUsernameAsClientId);
    }

    [Fact]
    public void What_it_tells_its_clients()
    {
        ListenerOptions listener = With("server_reference b.example:1883 c.example # both\nserver_moved true");
        Assert.Equal(("b.example:1883 c.example", true), (listener.ServerReference, listener.IsMoved));
        Assert.Equal("answers/%u/%c", With("response_information answers/%u/%c").ResponseInformation);
        Assert.Equal((null, false, null), (With("").ServerReference, With("").IsMoved, With("").ResponseInformation));
    }

    [Fact]
    public void A_listener_that_has_moved_says_where_to() => Assert.Equal(
        [
            "a.conf:2:1: error: 'server_moved true' without 'server_reference': clients of the listener at a.conf:1 would not be "
                + "told where to go",
        ],
        Reading.Errors("listener 1\nserver_moved true\nlistener 2\nserver_reference a"));

    [Fact]
    public void A_prefix_of_response_topics_has_no_wildcards() => Assert.Equal(
        ["a.conf:2:22: error: 'response_information' is a plain topic prefix, without + and #"],
        Reading.Errors("listener 1\nresponse_information a/+/b"));

    [Fact]
    public void Tls()
    {
        TlsOptions tls = With(
            """
            cafile /ca.crt
            capath /cas
            certfile /a.crt
            keyfile /a.key
            require_certificate true
            use_identity_as_username true
            use_subject_as_username false
            disable_client_cert_date_checks true
            ciphers ECDHE+AESGCM:!aNULL
            ciphers_tls1.3 TLS_AES_256_GCM_SHA384
            """).Tls!;

        Assert.Equal(
            new TlsOptions
            {
                CertFile = "/a.crt",
                KeyFile = "/a.key",
                CaFile = "/ca.crt",
                CaPath = "/cas",
                RequireCertificate = true,
                UseIdentityAsUsername = true,
                DisableClientCertDateChecks = true,
                Ciphers = "ECDHE+AESGCM:!aNULL",
                CiphersTls13 = "TLS_AES_256_GCM_SHA384",
            },
            tls);
    }

    [Theory]
    [InlineData("tlsv1.2", SslProtocols.Tls12 | SslProtocols.Tls13)]
    [InlineData("tlsv1.3", SslProtocols.Tls13)]
    [InlineData("tlsv1.2 tlsv1.3", SslProtocols.Tls12 | SslProtocols.Tls13)]
    [InlineData("tlsv1.3 tlsv1.3", SslProtocols.Tls13)]
    [InlineData("tlsv1.2 tlsv1.2", SslProtocols.Tls12)]
    [InlineData("tlsv1.3 # only", SslProtocols.Tls13)]
    public void One_tls_version_is_the_lowest_and_several_are_exactly_these(string value, SslProtocols protocols) =>
        Assert.Equal(protocols, With($"certfile a\nkeyfile b\ntls_version {value}").Tls!.Protocols);

    [Fact]
    public void A_certificate_may_be_given_again_and_the_last_one_counts() =>
        Assert.Equal("c", With("certfile a\nkeyfile b\ncertfile c").Tls!.CertFile);

    [Fact]
    public void What_needs_tls_warns_without_it()
    {
        Assert.Equal(
            [
                "a.conf:2:1: warning: 'require_certificate' has no effect: the listener at a.conf:1 has no 'certfile' and "
                    + "'keyfile', so it is not encrypted",
            ],
            Reading.Warnings("listener 1\nrequire_certificate true"));
        Assert.NotEmpty(Reading.Warnings("listener 1\ntls_version tlsv1.3"));
        Assert.Empty(Reading.Warnings("listener 1\nrequire_certificate false"));
    }

    [Fact]
    public void Client_certificates_that_nothing_can_vouch_for_give_a_warning() =>
        Assert.Contains(
            "no client certificate is valid",
            Assert.Single(Reading.Warnings("listener 1\ncertfile a\nkeyfile b\nrequire_certificate true")),
            StringComparison.Ordinal);

    [Fact]
    public void Two_listeners_on_one_port_name_each_other() => Assert.Equal(
        ["a.conf:2:1: warning: 'listener' opens what 'listener' at a.conf:1 opens: the broker will not start"],
        Reading.Warnings("listener 1884\nlistener 1884"));
}
