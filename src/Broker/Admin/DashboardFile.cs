using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Broker.Admin;

/// <summary>A file of the dashboard. It is in the executable, twice compressed.</summary>
internal sealed class DashboardFile
{
    private static readonly Assembly Executable = Assembly.GetExecutingAssembly();

    private readonly string _resource;
    private readonly string _type;
    private readonly string _tag;
    private readonly bool _isPage;

    private DashboardFile(string resource, string name)
    {
        _resource = resource;
        _isPage = name == Dashboard.Page;
        _type = Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            string other => throw new InvalidOperationException($"A dashboard has no files that end with '{other}'."),
        };
        using Stream bytes = Open(".br");
        _tag = Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 10));
    }

    /// <summary>All there are by their names; none: it was not built in.</summary>
    public static Dictionary<string, DashboardFile> ReadAll()
    {
        const string Prefix = "Broker.Admin.Dashboard/";
        const string Ending = ".br";
        return Executable.GetManifestResourceNames()
            .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Where(static name => name.EndsWith(Ending, StringComparison.Ordinal))
            .Select(static name => name[..^Ending.Length])
            .ToDictionary(static name => name[Prefix.Length..], static name => new DashboardFile(name, name[Prefix.Length..]),
                StringComparer.Ordinal);
    }

    /// <summary>Answers GET and HEAD.</summary>
    public async Task SendAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        string? encoding = Choose(context.Request.Headers.AcceptEncoding);
        // The same file in another encoding is another representation (RFC 9110, 8.8.3.3).
        string tag = $"\"{_tag}-{encoding ?? "plain"}\"";
        headers.ETag = tag;
        headers.Vary = "Accept-Encoding";
        // A name of an asset has a hash of its content in it, the page's has not.
        headers.CacheControl = _isPage ? "no-cache" : "public, max-age=31536000, immutable";
        if (IsKnown(context.Request.Headers.IfNoneMatch, tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        context.Response.ContentType = _type;
        if (encoding is not null) headers.ContentEncoding = encoding;
        await using Stream packed = Open(encoding == "br" ? ".br" : ".gz");
        if (encoding is not null) context.Response.ContentLength = packed.Length;
        if (HttpMethods.IsHead(context.Request.Method)) return;
        await using Stream body = encoding is null ? new GZipStream(packed, CompressionMode.Decompress) : packed;
        await body.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    /// <summary>What a client takes: <c>br</c>, else <c>gzip</c>; null: neither.</summary>
    internal static string? Choose(StringValues accepted)
    {
        if (!StringWithQualityHeaderValue.TryParseList(accepted, out IList<StringWithQualityHeaderValue>? values)) return null;
        return Takes("br") ? "br" : Takes("gzip") ? "gzip" : null;

        // A name counts before the star, and quality 0 is a no (RFC 9110, 12.5.3).
        bool Takes(string encoding) =>
            (values.FirstOrDefault(value => value.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase))
                ?? values.FirstOrDefault(static value => value.Value == "*")) is { Quality: not 0.0 };
    }

    private static bool IsKnown(StringValues ifNoneMatch, string tag) =>
        EntityTagHeaderValue.TryParseList(ifNoneMatch, out IList<EntityTagHeaderValue>? known)
        && known.Any(one => one.Tag == tag || one.Tag == "*");

    private Stream Open(string ending) => Executable.GetManifestResourceStream(_resource + ending)
        ?? throw new InvalidOperationException($"{_resource}{ending} is not in the assembly.");
}
