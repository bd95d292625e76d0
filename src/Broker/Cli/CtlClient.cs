using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Broker.Cli;

/// <summary>Why a broker was not asked, or did not do what it was asked for.</summary>
/// <param name="message">A sentence: who, what, and how to mend it.</param>
internal sealed class CtlException(string message) : Exception(message);

/// <summary>Asks an admin listener.</summary>
internal sealed class CtlClient : IDisposable
{
    private readonly CtlEndpoint _endpoint;
    private readonly HttpClient _http;

    /// <exception cref="CtlException">The file of trusted certificates cannot be read.</exception>
    public CtlClient(CtlEndpoint endpoint)
    {
        _endpoint = endpoint;
        SocketsHttpHandler handler = new() { UseProxy = false, AllowAutoRedirect = false };
        if (endpoint.CaFile is { } file) handler.SslOptions.CertificateChainPolicy = TrustIn(Load(file));
        if (endpoint.IsInsecure)
        {
            handler.SslOptions.RemoteCertificateValidationCallback =
                static (_, _, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;
        }
        _http = new HttpClient(handler) { BaseAddress = endpoint.Url, Timeout = Timeout.InfiniteTimeSpan };
        if (endpoint.Token is { } token)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Asks.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path and query, encoded.</param>
    /// <param name="token">Ends it.</param>
    /// <param name="body">JSON, or null.</param>
    /// <returns>The answer, a success.</returns>
    /// <exception cref="CtlException">There is no answer, or it is no success.</exception>
    public async Task<JsonElement> AskAsync(HttpMethod method, string path, CancellationToken token, byte[]? body = null)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            using HttpResponseMessage response = await SendAsync(method, path, body, patience.Token);
            using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(patience.Token));
            return document.RootElement.Clone();
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new CtlException($"{_endpoint.Url} has not answered within a minute.");
        }
        catch (HttpRequestException broken)
        {
            throw new CtlException($"{_endpoint.Url} broke off: {(broken.InnerException ?? broken).Message}");
        }
    }

    /// <summary>Reads server-sent events, a JSON object each, until the broker or the token ends it.</summary>
    /// <exception cref="CtlException">There is no answer, or it is no success.</exception>
    public async IAsyncEnumerable<JsonElement> ReadAsync(
        string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        const string Data = "data: ";
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, path, null, token);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync(token), Encoding.UTF8);
        while (await ReadLineAsync(reader, token) is { } line)
        {
            if (!line.StartsWith(Data, StringComparison.Ordinal)) continue;
            using JsonDocument document = JsonDocument.Parse(line.AsMemory(Data.Length));
            yield return document.RootElement.Clone();
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<string?> ReadLineAsync(StreamReader reader, CancellationToken token)
    {
        try
        {
            return await reader.ReadLineAsync(token);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            throw new CtlException($"{_endpoint.Url} closed the connection: {broken.Message}");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken token)
    {
        using HttpRequestMessage request = new(method, new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
        }
        catch (HttpRequestException broken)
        {
            throw new CtlException(Unreachable(broken));
        }
        if (response.IsSuccessStatusCode) return response;
        using (response)
        {
            string text = await response.Content.ReadAsStringAsync(token);
            throw new CtlException(Refused((int)response.StatusCode, text));
        }
    }

    private string Unreachable(HttpRequestException broken)
    {
        string reason = (broken.InnerException?.Message ?? broken.Message).TrimEnd('.');
        string help = broken.HttpRequestError == HttpRequestError.SecureConnectionError
            ? "Say with --cafile who signed its certificate; --insecure takes one that is made out to another name."
            : "Is the broker running, and is this its 'admin_listener'? --url URL or -c FILE says where it is.";
        return $"{_endpoint.Url} cannot be asked: {reason}. {help}";
    }

    private string Refused(int status, string text)
    {
        string detail = DetailOf(text) ?? text.Trim();
        string help = status == 401
            ? $" Show one with --token-file FILE, or in {CtlEndpoint.TokenVariable}; -c FILE finds the broker's."
            : "";
        return $"{_endpoint.Url} answers {status}: {detail}{help}";
    }

    // Null: some answers are a sentence and no JSON.
    private static string? DetailOf(string text)
    {
        try
        {
            using JsonDocument problem = JsonDocument.Parse(text);
            if (problem.RootElement.ValueKind != JsonValueKind.Object) return null;
            if (problem.RootElement.TryGetProperty("errors", out JsonElement errors))
                return string.Join('\n', errors.EnumerateArray().Select(static error => error.GetString()));
            return problem.RootElement.TryGetProperty("detail", out JsonElement sentence) ? sentence.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // With what the server sends between its certificate and them.
    private static X509ChainPolicy TrustIn(X509Certificate2Collection authorities)
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static X509Certificate2Collection Load(string file)
    {
        X509Certificate2Collection trusted = [];
        try
        {
            trusted.ImportFromPemFile(file);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CtlException(Diagnostics.FileTrouble.Describe("file of trusted certificates", file, broken));
        }
        return trusted.Count > 0 ? trusted : throw new CtlException($"{file} has no certificate in it.");
    }
}
