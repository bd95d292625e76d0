using System.Collections.Immutable;
using Broker.Protocol.Topics;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: what operators and their tools see of the broker. All but <c>sys_interval</c> are ours.</summary>
internal static class AdminDirectives
{
    /// <summary>Series that <c>metrics_topic</c> may make of each metric.</summary>
    private const int MetricsTopicsMax = 50;

    /// <summary>What an <c>admin_listener</c> takes of the options of a listener.</summary>
    private static readonly string[] UsedByAdmin =
    [
        "admin_token_file", "socket_domain", "bind_interface", "cafile", "capath", "certfile", "keyfile", "tls_version",
        "ciphers", "ciphers_tls1.3", "require_certificate", "disable_client_cert_date_checks",
        "dhparamfile", "crlfile", "sni_certificate", "tls_keyform",
    ];

    public static readonly ImmutableArray<Directive> Rows =
    [
        Row.Works("sys_interval", Global, ValueKinds.Integer(0, ushort.MaxValue, "0 to 65535 seconds, 0 for no $SYS"), "10",
                (builder, value) => builder.SysInterval = TimeSpan.FromSeconds(value))
            with { Note = "The topics and units of mosquitto 2.1, in [docs/metrics.md](docs/metrics.md#sys)." },
        Row.Works("admin_listener", Global, ValueKinds.Words("PORT [ADDRESS]"), "none", OpenAdmin)
            with
            {
                Since = Directive.Ours,
                Accumulates = true,
                Note = "HTTP for operators: a dashboard at `/` ([docs/dashboard.md](docs/dashboard.md)), `/api` "
                    + "([docs/admin-api.md](docs/admin-api.md)), `/metrics`, `/health/live` and `/health/ready`. "
                    + "Without an address 127.0.0.1. "
                    + "TLS as for any listener, by `certfile` and `keyfile` below it.",
            },
        Row.Works("audit_log_file", Global, ValueKinds.Text("path"), "none", (builder, value) => builder.AuditLogFile = value)
            with
            {
                Since = Directive.Ours,
                IsDuplicateAnError = true,
                Note = "Each change by an administrator, a JSON object a line, beside its line in the log. Opened anew at "
                    + "SIGHUP. A change is made though it cannot be written down; the log says so.",
            },
        Row.Works("admin_token_file", ListenerRequired, ValueKinds.Text("path"), "none", SetTokenFile)
            with
            {
                Since = Directive.Ours,
                IsDuplicateAnError = true,
                Note = "Below an `admin_listener`: who asks has to send one of its tokens, a line `NAME:TOKEN` each, or "
                    + "`NAME:TOKEN:read` to change nothing, as a bearer token or as a password. `/health` needs none.",
            },
        Row.Works("metrics_topic", Global, ValueKinds.Text("topic filter"), "none", AddMetricsTopic)
            with
            {
                Since = Directive.Ours,
                Accumulates = true,
                Note = "Messages and bytes of these topics are counted, by the filter: `broker_topic_...` in "
                    + "[docs/metrics.md](docs/metrics.md). 50 filters at most; a message counts for each that it matches.",
            },
        Row.Works("otlp_endpoint", Global, ValueKinds.Text("URL of an OTLP collector"), "none", SetOtlpEndpoint)
            with { Since = Directive.Ours, IsDuplicateAnError = true, Note = "Metrics are pushed there." },
        Row.Works("otlp_protocol", Global, ValueKinds.Choice(("http", false), ("grpc", true)), "http",
                (builder, value) => builder.OtlpIsGrpc = value)
            with { Since = Directive.Ours, Note = "`http` is protobuf over HTTP." },
        Row.Works("otlp_header", Global, ValueKinds.Text("NAME=VALUE"), "none", AddOtlpHeader)
            with { Since = Directive.Ours, Accumulates = true },
        Row.Works("otlp_interval", Global, ValueKinds.Integer(1, 86_400, "seconds, 1 to 86400"), "60",
                (builder, value) => builder.OtlpInterval = TimeSpan.FromSeconds(value))
            with { Since = Directive.Ours },
    ];

    /// <summary>Whether a directive below an <c>admin_listener</c> does something there.</summary>
    public static bool IsUsedByAdmin(string directive) => UsedByAdmin.Contains(directive);

    private static void OpenAdmin(ConfigurationBuilder builder, List<ConfigurationValue> words, DirectiveContext context)
    {
        var listener = new ListenerBuilder(context.At, context.Name) { IsAdmin = true };
        context.File.CurrentListener = listener;
        builder.AdminListeners.Add(listener);
        const string Range = "a port in 1 to 65535";
        if (!ValueKinds.TryReadInteger(context, words[0], Range, context.Name, out int port)) return;
        if (port is < 1 or > ushort.MaxValue) context.Error(words[0], $"'admin_listener' takes {Range}, not {port}");
        if (words.Count > 2) context.Error(words[2], $"'admin_listener' takes a port and an address, not '{words[2].Text}'");
        string address = words.Count > 1 ? words[1].Text : AdminListenerOptions.AddressDefault;
        listener.Options = listener.Options with { Port = port, Address = address };
    }

    private static void SetTokenFile(ListenerBuilder listener, string path, DirectiveContext context)
    {
        if (listener.IsAdmin) listener.TokenFile = path;
        else context.Error(context.Value, "'admin_token_file' belongs to an 'admin_listener': put it below one");
    }

    private static void AddMetricsTopic(ConfigurationBuilder builder, string filter, DirectiveContext context)
    {
        if (!TopicFilter.IsValid(filter) || SharedFilter.IsShared(filter))
            context.Error(context.Value, $"'metrics_topic' takes a topic filter such as sensors/#, not '{filter}'");
        else if (builder.MetricsTopics.Contains(filter))
            context.Error(context.Value, $"'metrics_topic {filter}' is there already");
        else if (builder.MetricsTopics.Length == MetricsTopicsMax)
            context.Error(context.Value, $"there are {MetricsTopicsMax} 'metrics_topic' already, and no more may be");
        else builder.MetricsTopics = builder.MetricsTopics.Add(filter);
    }

    private static void SetOtlpEndpoint(ConfigurationBuilder builder, string text, DirectiveContext context)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https") builder.OtlpEndpoint = url;
        else context.Error(context.Value, $"'otlp_endpoint' takes a URL such as http://127.0.0.1:4318/v1/metrics, not '{text}'");
    }

    private static void AddOtlpHeader(ConfigurationBuilder builder, string text, DirectiveContext context)
    {
        if (text.IndexOf('=', StringComparison.Ordinal) > 0) builder.OtlpHeaders = builder.OtlpHeaders.Add(text);
        else context.Error(context.Value, "'otlp_header' takes NAME=VALUE");
    }
}
