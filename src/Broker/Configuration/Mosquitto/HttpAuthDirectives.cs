using System.Collections.Immutable;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: a service that is asked over HTTP. All of them are ours.</summary>
internal static class HttpAuthDirectives
{
    private const string Prefix = "http_auth_";
    private const string CanBeAsked = "'http_auth_url' or 'http_acl_url'";

    public static readonly ImmutableArray<Directive> Rows =
    [
        UrlOption("http_auth_url", (http, value) => http with { AuthUrl = value },
            "A service that is asked at CONNECT, by POST. See [authentication](docs/authentication.md#a-service-over-http)."),
        UrlOption("http_acl_url", (http, value) => http with { AclUrl = value },
            "A service that is asked about each topic that a client publishes or subscribes to, beside `acl_file`; not at "
            + "delivery. What `http_auth_*` says holds for it too."),
        Option("http_auth_cafile", ValueKinds.Text("path"), "the system's", (http, value) => http with { CaFile = value },
            "PEM certificates of the authorities that may vouch for the service."),
        Option("http_auth_format", ValueKinds.Choice(("json", HttpAuthFormat.Json), ("form", HttpAuthFormat.Form)), "json",
            (http, value) => http with { Format = value }, "What is sent: a JSON object, or the same fields as an HTML form."),
        Option("http_auth_timeout", ValueKinds.Integer(1, 20, "seconds, 1 to 20"), "5",
            (http, value) => http with { Timeout = TimeSpan.FromSeconds(value) },
            "How long an answer may take, the wait for a place among `http_auth_concurrency` included."),
        Option("http_auth_concurrency", ValueKinds.Integer(1, 1000), "64", (http, value) => http with { Concurrency = value },
            "Requests at a time. 10000 more may wait; beyond that clients are told that the server is busy."),
        Option("http_auth_cache", ValueKinds.Integer(0, 86_400, "seconds, 0 to 86400"), "30",
            (http, value) => http with { CacheTime = TimeSpan.FromSeconds(value) },
            "How long an answer that allows, or one about a topic, is remembered; passwords are not kept for it, but a digest of "
            + "what was asked. A reload forgets all."),
        Option("http_auth_failure", ValueKinds.Choice(("deny", false), ("allow", true)), "deny",
            (http, value) => http with { AllowsOnFailure = value },
            "What holds when the service does not answer, or nothing that can be understood."),
    ];

    /// <summary>Options that do nothing because nobody is asked.</summary>
    public static void Check(SecurityBuilder security, Dictionary<string, SourcePosition> given, ConfigurationReport report)
    {
        if (security.Http is not { IsUsed: false }) return;
        foreach ((string name, SourcePosition at) in given)
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal))
                report.Warning(at, $"'{name}' has no effect without {CanBeAsked}");
        }
    }

    private static Directive Option<T>(
        string name, ValueKind<T> kind, string byDefault, Func<HttpAuthOptions, T, HttpAuthOptions> take, string note) =>
        Row.Works(name, SecuritySection, kind, byDefault,
                (security, value) => security.Http = take(security.Http ?? new HttpAuthOptions(), value))
            with { Since = Directive.Ours, Note = note };

    private static Directive UrlOption(string name, Func<HttpAuthOptions, Uri, HttpAuthOptions> take, string note) =>
        Row.Works(name, SecuritySection, ValueKinds.Text("http or https URL"), "none", (security, value, context) =>
        {
            if (ServiceUrl.Read(context, value, "names and passwords") is { } url)
                security.Http = take(security.Http ?? new HttpAuthOptions(), url);
        }) with { Since = Directive.Ours, Note = note };
}
