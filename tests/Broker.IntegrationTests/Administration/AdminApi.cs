using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Broker.IntegrationTests.Administration;

/// <summary>What the admin listener answers.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Type">Content type.</param>
/// <param name="Text">The body.</param>
internal sealed record ApiAnswer(int Status, string? Type, string Text)
{
    /// <summary>The body, which is JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>A member of the body as text; null: it is not there.</summary>
    public string? this[string member] => Json.TryGetProperty(member, out JsonElement value) ? value.ToString() : null;
}

/// <summary>Asks an admin listener on this machine, as a program does: paths go out as they are.</summary>
internal sealed class AdminApi : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="port">Of the admin listener.</param>
    /// <param name="token">What is sent as the bearer token; null: none.</param>
    public AdminApi(int port, string? token = null)
    {
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        if (token is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public Task<ApiAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<ApiAnswer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public Task<ApiAnswer> PostAsync(string path, string? json = null) => SendAsync(HttpMethod.Post, path, json);

    /// <summary>Asks.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path and query, encoded.</param>
    /// <param name="json">The body; null: none.</param>
    /// <param name="headers">More headers, <c>Name: value</c>.</param>
    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, string? json = null, params string[] headers)
    {
        using HttpRequestMessage request = new(method, new Uri(path, UriKind.Relative));
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        foreach (string header in headers)
        {
            string[] parts = header.Split(": ", 2);
            request.Headers.TryAddWithoutValidation(parts[0], parts[1]);
        }
        using HttpResponseMessage response = await _http.SendAsync(request);
        return new ApiAnswer(
            (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsStringAsync());
    }

    /// <summary>Begins to read an answer that goes on.</summary>
    public Task<Stream> StreamAsync(string path) => _http.GetStreamAsync(new Uri(path, UriKind.Relative));

    public void Dispose() => _http.Dispose();
}
