using Broker.Configuration.Mosquitto;

namespace Broker.UnitTests.Configuration;

public class DirectiveTableTests
{
    /// <summary>A line of every directive, with what must stand above it.</summary>
    private static readonly string[] GlobalLines =
    [
        "acl_file a", "acl_pattern_names any", "acl_test_file a", "allow_anonymous true", "allow_duplicate_messages true",
        "allow_zero_length_clientid true", "auto_id_prefix a",
        "autosave_interval 1", "autosave_on_changes true", "bind_address ::1", "check_retain_source true",
        "clientid_prefixes a", "connection_messages true", "enable_control_api true", "global_max_clients 1",
        "global_max_connections 1", "log_dest stdout", "log_facility 1", "log_timestamp true", "log_timestamp_format %s",
        "log_type all", "max_inflight_bytes 1", "max_inflight_messages 1", "max_keepalive 1", "max_packet_size 20",
        "max_queued_bytes 1", "max_queued_messages 1", "memory_limit 1", "message_size_limit 1", "packet_buffer_size 1",
        "websockets_headers_size 1", "password_file a", "per_listener_settings false", "persistence true",
        "retained_persistence true", "persistence_file a", "persistence_location a", "persistent_client_expiration 1d",
        "pid_file a", "port 1", "queue_qos0_messages true", "retain_available true", "retain_expiry_interval 1",
        "retry_interval 20", "set_tcp_nodelay true", "sys_interval 10", "upgrade_outgoing_qos true", "user a",
        "websockets_log_level 1", "include_dir .", "connection a", "listener 1",
        "max_connect_packet_size 20", "connect_timeout 1", "max_subscriptions 1", "global_max_subscriptions 1",
        "global_max_retained_messages 1", "global_max_retained_bytes 1", "max_user_properties 1",
        "max_connections_per_address 1", "max_connections_per_user 1", "connect_rate_per_address 1", "publish_rate 1",
        "max_bans 1", "flapping_max_count 1", "flapping_window_time 1", "flapping_ban_time 1",
        "failed_login_max_count 1", "failed_login_window_time 1", "failed_login_ban_time 1",
        "drop_policy oldest", "global_max_queued_messages 1", "global_max_queued_bytes 1",
        "max_retained_messages 1", "max_retained_bytes 1", "publish_byte_rate 1", "publish_rate_per_address 1",
        "publish_byte_rate_per_address 1", "max_wildcard_filters 1", "max_topic_levels 1", "max_pending_logins 1",
        "connect_rate 1", "max_pending_connects 1", "max_pending_handshakes 1",
        "takeover_delay_max 1", "persistence_kinds all", "persistence_user a all",
        "persistence_url sqlite:a", "will_grace 1", "on_store_damage stop", "allow_plain_text_passwords true",
        "admin_listener 1", "audit_log_file a", "metrics_topic a/#",
        "otlp_endpoint http://a", "otlp_protocol http", "otlp_header a=b", "otlp_interval 1",
    ];

    private static readonly string[] ListenerLines =
    [
        "accept_protocol_versions 3,4", "bind_interface lo", "durability memory", "http_dir /tmp",
        "listener_allow_anonymous true", "listener_auto_id_prefix a", "max_connections 1", "max_qos 1", "maximum_qos 1",
        "max_topic_alias 1", "max_topic_alias_broker 1", "mount_point a", "protocol mqtt", "proxy_protocol_v2_require_tls false",
        "socket_domain ipv4", "use_username_as_clientid true", "websockets_origin a", "cafile a", "capath a", "certfile a",
        "keyfile a", "require_certificate true", "use_identity_as_username true", "use_subject_as_username true",
        "disable_client_cert_date_checks true", "ciphers a", "ciphers_tls1.3 a", "tls_version tlsv1.2", "dhparamfile a",
        "tls_keyform pem", "response_information a/%c", "server_moved false", "server_reference a:1883",
        "jwt_acl_claim a", "jwt_algorithms RS256", "jwt_audience a", "jwt_check_username true", "jwt_clientid_claim a",
        "jwt_disconnect_at_exp true", "jwt_issuer a", "jwt_jwks_cafile a", "jwt_jwks_refresh 60", "jwt_jwks_retry 1",
        "jwt_jwks_timeout 1", "jwt_jwks_url https://a.example.org/", "jwt_key_file a", "jwt_leeway 1", "jwt_require_exp true",
        "jwt_secret_file a", "jwt_username_claim a", "http_acl_url https://a.example.org/", "http_auth_cache 1",
        "http_auth_cafile a", "http_auth_concurrency 1", "http_auth_failure deny", "http_auth_format json",
        "http_auth_timeout 1", "http_auth_url https://a.example.org/",
        "crlfile a", "sni_certificate a b", "trusted_proxies 10.0.0.0/8", "enable_proxy_protocol 1",
    ];

    private static readonly string[] PluginLines =
    [
        "plugin_load x /a/mosquitto_acl_file.so\nplugin_opt_acl_file a\nlistener 1884\nplugin_use x",
        "global_plugin /a/mosquitto_password_file.so\nplugin_opt_password_file a\nauth_plugin_deny_special_chars true",
    ];

    private static readonly string[] AdminLines = ["admin_token_file a"];

    private static readonly string[] BridgeLines =
    [
        "address a", "addresses a", "topic a", "bridge_attempt_unsubscribe true", "bridge_bind_address a",
        "bridge_max_packet_size 1", "bridge_max_topic_alias 1", "bridge_outgoing_retain true",
        "bridge_protocol_version mqttv50", "bridge_receive_maximum 1", "bridge_session_expiry_interval 1",
        "bridge_reload_type lazy", "bridge_tcp_keepalive 1 1 1", "bridge_tcp_user_timeout 1", "cleansession true",
        "local_cleansession true", "keepalive_interval 60", "idle_timeout 1", "start_type once", "threshold 1",
        "restart_timeout 5 30", "round_robin true", "try_private true", "notifications true",
        "notifications_local_only true", "notification_topic a", "remote_clientid a", "clientid a", "remote_username a",
        "username a", "remote_password a", "password a", "local_clientid a", "local_username a", "local_password a",
        "bridge_cafile a", "bridge_capath a", "bridge_tls_use_os_certs true", "bridge_certfile a", "bridge_keyfile a",
        "bridge_insecure true", "bridge_alpn a", "bridge_ciphers a", "bridge_ciphers_tls1.3 a",
        "bridge_tls_version tlsv1.2", "bridge_require_ocsp true", "bridge_identity a", "bridge_psk aa",
    ];

    private static readonly string[] RefusedLines =
    [
        "psk_file a", "psk_hint a", "tls_engine a", "tls_engine_kpass_sha1 a",
        "tls_keyform engine",
        "plugin a.so", "auth_plugin a.so", "global_plugin a.so", "plugin_load a a.so", "plugin_opt_abc a",
        "auth_opt_abc a", "auth_plugin_deny_special_chars true",
    ];

    public static TheoryData<string> Refused => [.. RefusedLines];

    public static TheoryData<string> NotRefused =>
    [
        .. GlobalLines.Where(line => !line.StartsWith("connection ", StringComparison.Ordinal)),
        .. ListenerLines.Select(line => $"listener 1884\ncertfile a\nkeyfile a\n{line}"),
        .. PluginLines,
        .. AdminLines.Select(line => $"admin_listener 9883\n{line}"),
        .. BridgeLines.Select(line =>
            line.StartsWith("address", StringComparison.Ordinal)
                ? $"connection x\n{line}\ntopic b" : $"connection x\n{line}\naddress a\ntopic b"),
    ];

    [Fact]
    public void Every_spelling_of_every_directive_is_tried_here()
    {
        IEnumerable<string> tried = GlobalLines.Concat(ListenerLines).Concat(AdminLines).Concat(BridgeLines).Concat(RefusedLines)
            .Concat(PluginLines.SelectMany(lines => lines.Split('\n'))).Select(line => line.Split(' ')[0]);

        Assert.Empty(DirectiveTable.Names.Except(tried));
    }

    [Theory]
    [MemberData(nameof(NotRefused))]
    public void A_directive_that_is_not_refused_has_no_error(string text)
    {
        // A folder that is there wherever the tests run, and holds no *.conf.
        string folder = AppContext.BaseDirectory;
        Assert.Empty(Reading.Errors(text.Replace("include_dir .", $"include_dir {folder}", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_directive_that_is_refused_is_an_error_that_says_why(string line)
    {
        string above = line.Contains("opt_", StringComparison.Ordinal) || line.Contains("deny", StringComparison.Ordinal)
            ? "listener 1884\nplugin a.so" : "listener 1884";

        string[] errors = Reading.Errors($"{above}\n{line}");

        Assert.Contains(errors, error => error.Contains("is not supported yet: ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_directive_without_effect_says_so()
    {
        foreach (Directive row in DirectiveTable.Rows.Where(row => row.Status != DirectiveStatus.Implemented))
            Assert.False(row.Note.Length == 0, $"'{row.Name}' has no note");
    }

    [Fact]
    public void Rows_say_everything()
    {
        Assert.All(DirectiveTable.Rows, row =>
        {
            Assert.NotEmpty(row.Values);
            Assert.NotEmpty(row.Default);
            if (row.Since != Directive.Ours) Assert.Matches("^(≤1\\.4|[12]\\.\\d+(\\.\\d+)?)( \\(.*\\))?$", row.Since);
        });
        Assert.Equal(DirectiveTable.Names.Distinct().Count(), DirectiveTable.Names.Count());
    }

    [Theory]
    [InlineData("check_retain_source false")]
    [InlineData("enable_control_api false")]
    [InlineData("sys_interval 0")]
    [InlineData("memory_limit 0")]
    [InlineData("set_tcp_nodelay true")]
    [InlineData("persistence false")]
    public void A_value_that_asks_for_nothing_is_not_complained_about(string line) => Assert.Empty(Reading.Remarks(line));

    [Theory]
    [InlineData("autosave_interval 60", "note")]
    [InlineData("set_tcp_nodelay false", "note")]
    [InlineData("enable_control_api true", "warning")]
    public void What_has_no_effect_is_named_with_its_place(string line, string severity) =>
        Assert.StartsWith(
            $"a.conf:1:1: {severity}: '{line.Split(' ')[0]}' ", Assert.Single(Reading.Remarks(line)), StringComparison.Ordinal);

    [Theory]
    [InlineData("retry_interval 20", "Warning: The 'retry_interval' option is no longer available.")]
    [InlineData("dhparamfile", "Warning: dhparamfile is no longer required.")]
    public void What_mosquitto_itself_gave_up_gives_its_warning(string line, string sentence)
    {
        string[] warnings = Reading.Warnings(line);

        Assert.Equal(sentence, warnings[0]);
        Assert.StartsWith($"a.conf:1:1: warning: '{line.Split(' ')[0]}' has no effect: ", warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_line_of_a_bridge_is_named()
    {
        string[] warnings = Reading.Warnings("connection far\naddress b\ntopic # out\nremote_password secret\n");

        Assert.Equal(["1", "2", "3", "4"], warnings.Select(line => line.Split(':')[1]));
        Assert.DoesNotContain(warnings, line => line.Contains("secret", StringComparison.Ordinal));
    }
}
