namespace Broker.Configuration;

/// <summary>How a service is asked.</summary>
internal enum HttpAuthFormat
{
    /// <summary>A JSON object.</summary>
    Json,
    /// <summary>An HTML form, <c>application/x-www-form-urlencoded</c>.</summary>
    Form,
}

/// <summary>A service that is asked over HTTP who may connect, and what they may do. All of it is ours.</summary>
internal sealed record HttpAuthOptions
{
    /// <summary><c>http_auth_url</c>. Who is asked at CONNECT; null: nobody.</summary>
    public Uri? AuthUrl { get; init; }

    /// <summary><c>http_acl_url</c>. Who is asked about each topic that is published or subscribed to; null: nobody.</summary>
    public Uri? AclUrl { get; init; }

    /// <summary><c>http_auth_cafile</c>. PEM bundle of who may vouch for the service; null: whom the system trusts.</summary>
    public string? CaFile { get; init; }

    /// <summary><c>http_auth_format</c>. Default json.</summary>
    public HttpAuthFormat Format { get; init; }

    /// <summary><c>http_auth_timeout</c>. How long an answer may take, the wait for a place included. Default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary><c>http_auth_concurrency</c>. Requests at a time. Default 64.</summary>
    public int Concurrency { get; init; } = 64;

    /// <summary><c>http_auth_cache</c>. How long an answer that allows is remembered; zero: not at all. Default 30 s.</summary>
    public TimeSpan CacheTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>http_auth_failure allow</c>. Whether silence is a yes. Default false.</summary>
    public bool AllowsOnFailure { get; init; }

    /// <summary>Whether anybody is asked anything.</summary>
    public bool IsUsed => AuthUrl is not null || AclUrl is not null;
}
