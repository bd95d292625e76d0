namespace Broker.UnitTests.Configuration;

/// <summary>Scripts look for mosquitto's sentences, so each is here letter for letter.</summary>
public class ErrorSentenceTests
{
    private const string Prefix51 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Theory]
    [InlineData("unknown_option unknown", "Error: Unknown configuration variable 'unknown_option'.")]
    [InlineData("user", "Error: Empty 'user' value in configuration.")]
    [InlineData("user  ", "Error: Empty 'user' value in configuration.")]
    [InlineData("pid_file /tmp/pid\npid_file /tmp/pid", "Error: Duplicate 'pid_file' value in configuration.")]
    [InlineData("memory_limit", "Error: Empty 'memory_limit' value in configuration.")]
    [InlineData("allow_anonymous", "Error: Empty 'allow_anonymous' value in configuration.")]
    [InlineData("allow_anonymous falst", "Error: Invalid 'allow_anonymous' value (falst).")]
    [InlineData("allow_anonymous True", "Error: Invalid 'allow_anonymous' value (True).")]
    [InlineData("autosave_interval", "Error: Empty 'autosave_interval' value in configuration.")]
    [InlineData("autosave_interval string", "Error: 'autosave_interval' value not a number.")]
    [InlineData("sys_interval 10#x", "Error: 'sys_interval' value not a number.")]
    [InlineData("max_queued_messages 3000000000", "Error: 'max_queued_messages' value out of range.")]
    [InlineData("max_inflight_messages 65536", "Error: 'max_inflight_messages' must be <= 65535.")]
    [InlineData("max_packet_size 19", "Error: 'max_packet_size' must be >= 20.")]
    [InlineData("message_size_limit 556000000", "Error: Invalid 'message_size_limit' value (556000000).")]
    [InlineData("max_keepalive 65536", "Error: Invalid 'max_keepalive' value (65536).")]
    [InlineData("max_keepalive -1", "Error: Invalid 'max_keepalive' value (-1).")]
    [InlineData("sys_interval 65536", "Error: Invalid 'sys_interval' value (65536).")]
    [InlineData("memory_limit -1", "Error: Invalid 'memory_limit' value (-1).")]
    [InlineData("websockets_headers_size -1", "Error: Packet buffer size must be between 0 and 65535 inclusive.")]
    [InlineData("retain_expiry_interval 0", "Error: retain_expiry_interval must be >= 1.")]
    [InlineData("persistent_client_expiration 3", "Error: Invalid 'persistent_client_expiration' duration in configuration.")]
    [InlineData("persistent_client_expiration 0d", "Error: Invalid 'persistent_client_expiration' duration in configuration.")]
    [InlineData("persistent_client_expiration", "Error: Empty 'persistent_client_expiration' value in configuration.")]
    [InlineData("log_facility 9", "Error: Invalid 'log_facility' value (9).")]
    [InlineData("log_type foo", "Error: Invalid 'log_type' value (foo).")]
    [InlineData("log_dest foo", "Error: Invalid 'log_dest' value (foo).")]
    [InlineData("log_dest file", "Error: Empty \"log_dest file\" value in configuration.")]
    [InlineData("log_dest file a\nlog_dest file b", "Error: Duplicate \"log_dest file\" value.")]
    [InlineData("auto_id_prefix " + Prefix51, "Error: auto_id_prefix length must be <= 50.")]
    [InlineData("include_dir /no/such/folder", "Error: Unable to open include_dir '/no/such/folder'.")]
    public void A_global_mistake(string text, string sentence) => Assert.Contains(sentence, Reading.Errors(text));

    [Theory]
    [InlineData("", "Error: Empty 'listener port' value in configuration.")]
    [InlineData(" 100000", "Error: Invalid 'port' value (100000).")]
    [InlineData(" -1", "Error: Invalid 'port' value (-1).")]
    [InlineData(" abc", "Error: 'listener port' value not a number.")]
    [InlineData(" 0", "Error: A listener with port 0 must provide a Unix socket path.")]
    [InlineData(" 1\nprotocol", "Error: Empty 'protocol' value in configuration.")]
    [InlineData(" 1\nprotocol test", "Error: Invalid 'protocol' value (test).")]
    [InlineData(" 1\nsocket_domain ipv5", "Error: Invalid 'socket_domain' value 'ipv5' in configuration.")]
    [InlineData(" 1\nmount_point test/+/", "Error: Invalid 'mount_point' value (test/+/). Does it contain a wildcard character?")]
    [InlineData(" 1\nmaximum_qos 3", "Error: 'max_qos' must be between 0 and 2 inclusive.")]
    [InlineData(" 1\nmax_qos -1", "Error: 'max_qos' must be between 0 and 2 inclusive.")]
    [InlineData(" 1\nmax_topic_alias 65536", "Error: Invalid 'max_topic_alias' value in configuration.")]
    [InlineData(" 1\nmax_topic_alias_broker -1", "Error: Invalid 'max_topic_alias_broker' value in configuration.")]
    [InlineData(" 1\naccept_protocol_versions", "Error: Empty 'accept_protocol_versions' value in configuration.")]
    [InlineData(" 1\nlistener_auto_id_prefix", "Error: Empty 'listener_auto_id_prefix' value in configuration.")]
    [InlineData(" 1\nlistener_auto_id_prefix " + Prefix51, "Error: 'listener_auto_id_prefix' length must be <= 50.")]
    [InlineData(" 1\ntls_version tlsv9", "Error: Unsupported tls_version \"tlsv9\".")]
    [InlineData(" 1\ntls_version tlsv1.1", "Error: Unsupported tls_version \"tlsv1.1\".")]
    [InlineData(" 1\ncertfile a", "Error: Both certfile and keyfile must be provided to enable a TLS listener.")]
    [InlineData(" 1\nkeyfile a", "Error: Both certfile and keyfile must be provided to enable a TLS listener.")]
    [InlineData(" 1\ncafile a", "Error: cafile specified without certfile and keyfile.")]
    [InlineData(" 1\ncapath a", "Error: capath specified without certfile and keyfile.")]
    [InlineData(" 1\nenable_proxy_protocol 3", "Error: enable_proxy_protocol must be 1 or 2.")]
    public void A_mistake_of_a_listener(string text, string sentence) =>
        Assert.Contains(sentence, Reading.Errors("listener" + text));

    [Theory]
    [InlineData("accept_protocol_versions 3")]
    [InlineData("cafile /a")]
    [InlineData("disable_client_cert_date_checks true")]
    [InlineData("enable_proxy_protocol 1")]
    [InlineData("http_dir /a")]
    [InlineData("listener_allow_anonymous true")]
    [InlineData("listener_auto_id_prefix a")]
    [InlineData("max_topic_alias 1")]
    [InlineData("max_topic_alias_broker 1")]
    [InlineData("mount_point test/")]
    [InlineData("plugin_use a")]
    [InlineData("proxy_protocol_v2_require_tls true")]
    [InlineData("tls_version tlsv1.2")]
    [InlineData("websockets_origin https://a")]
    public void An_option_that_needs_a_listener(string line) => Assert.Contains(
        $"Error: The '{line.Split(' ')[0]}' option requires a listener to be defined first.", Reading.Errors(line));

    [Theory]
    [InlineData("plugin_opt_inval string",
        "Error: The 'plugin_opt_inval' option requires plugin/global_plugin/plugin_load to be defined first.")]
    [InlineData("plugin c/auth_plugin.so\nplugin_opt_ string", "Error: Invalid 'plugin_opt_' config option.")]
    [InlineData("plugin c/auth_plugin.so\nplugin_opt_test", "Error: Empty 'test' value in configuration.")]
    public void A_mistake_of_a_plugin(string text, string sentence) => Assert.Contains(sentence, Reading.Errors(text));

    [Theory]
    [InlineData("connection", "Error: Empty 'connection' value in configuration.")]
    [InlineData("connection a", "Error: Invalid bridge configuration: no remote addresses defined.")]
    [InlineData("connection a\naddress b", "Error: Invalid bridge configuration: no topics defined.")]
    [InlineData("connection a\ntopic b", "Error: Invalid bridge configuration: no remote addresses defined.")]
    [InlineData("connection a\naddress b\ntopic c\nconnection a", "Error: Duplicate bridge name 'a'.")]
    [InlineData("connection a\naddress b\naddress c", "Error: Invalid bridge configuration, 'address' only allowed once.")]
    [InlineData("connection a\nstart_type never", "Error: Invalid 'start_type' value in configuration (never).")]
    [InlineData("connection a\nbridge_protocol_version 5", "Error: Invalid 'bridge_protocol_version' value (5).")]
    public void A_mistake_of_a_bridge(string text, string sentence) => Assert.Contains(sentence, Reading.Errors(text));

    [Fact]
    public void Every_mistake_is_told_at_once_and_in_order()
    {
        string[] errors = Reading.Errors("listener 1x\nmax_qos 9\nallow_anonymous yes\nfoo\nmount_point a/#\n");

        Assert.Equal(
            ["a.conf:1:10", "a.conf:2:9", "a.conf:3:17", "a.conf:4:1", "a.conf:5:13"],
            errors.Where(line => line.StartsWith("a.conf:", StringComparison.Ordinal)).Select(line => line.Split(": ")[0]));
        Assert.Equal(5, errors.Count(line => line.StartsWith("Error found at a.conf:", StringComparison.Ordinal)));
    }
}
