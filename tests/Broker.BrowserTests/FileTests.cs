using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Broker.BrowserTests;

/// <summary>How the dashboard's files are served.</summary>
public sealed partial class FileTests
{
    [Fact]
    public async Task They_need_no_token_are_compressed_as_is_asked_and_kept_as_long_as_they_are_true()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync(asksForToken: true);
        using HttpClient http = new(new HttpClientHandler { AutomaticDecompression = DecompressionMethods.None })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{broker.AdminPort}"),
        };

        using HttpResponseMessage page = await GetAsync("/");
        string html = await page.Content.ReadAsStringAsync();
        string script = Script().Match(html).Groups[1].Value;
        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType!.ToString());
        Assert.True(page.Headers.CacheControl!.NoCache);
        using HttpResponseMessage plain = await GetAsync(script);
        using HttpResponseMessage brotli = await GetAsync(script, "gzip, deflate, br");
        using HttpResponseMessage gzip = await GetAsync(script, "gzip, br;q=0");
        byte[] bytes = await plain.Content.ReadAsByteArrayAsync();
        Assert.Equal("br", brotli.Content.Headers.ContentEncoding.Single());
        Assert.Equal("gzip", gzip.Content.Headers.ContentEncoding.Single());
        Assert.True(brotli.Content.Headers.ContentLength < bytes.Length / 2);
        Assert.Equal(bytes, await UnpackedAsync(brotli, static stream => new System.IO.Compression.BrotliStream(
            stream, System.IO.Compression.CompressionMode.Decompress)));
        Assert.Equal(bytes, await UnpackedAsync(gzip, static stream => new System.IO.Compression.GZipStream(
            stream, System.IO.Compression.CompressionMode.Decompress)));
        Assert.Contains("immutable", brotli.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        using HttpResponseMessage known = await GetAsync("/", tag: page.Headers.ETag);
        using HttpResponseMessage missing = await GetAsync("/assets/none.js");
        using HttpResponseMessage api = await GetAsync("/api/version");
        Assert.Equal(
            (HttpStatusCode.NotModified, HttpStatusCode.NotFound, HttpStatusCode.Unauthorized),
            (known.StatusCode, missing.StatusCode, api.StatusCode));
        Assert.All([page, plain, brotli, missing], static answer =>
        {
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            string policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        });

        async Task<HttpResponseMessage> GetAsync(string path, string? accept = null, EntityTagHeaderValue? tag = null)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, path);
            if (accept is not null) request.Headers.TryAddWithoutValidation("Accept-Encoding", accept);
            if (tag is not null) request.Headers.IfNoneMatch.Add(tag);
            return await http.SendAsync(request);
        }
    }

    private static async Task<byte[]> UnpackedAsync(HttpResponseMessage answer, Func<Stream, Stream> unpack)
    {
        await using Stream stream = unpack(await answer.Content.ReadAsStreamAsync());
        using MemoryStream all = new();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }

    [GeneratedRegex("""<script type="module" src="(assets/[^"]+)">""")]
    private static partial Regex Script();
}
