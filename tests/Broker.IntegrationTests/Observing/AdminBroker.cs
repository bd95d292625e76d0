using System.Net.Http.Headers;
using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Observing;

/// <summary>The built executable with an admin listener beside the one for clients.</summary>
internal sealed class AdminBroker : IAsyncDisposable
{
    private readonly HttpClient _http;

    private AdminBroker(ConfiguredBroker broker, int adminPort)
    {
        Broker = broker;
        AdminPort = adminPort;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{adminPort}") };
    }

    public ConfiguredBroker Broker { get; }

    public int AdminPort { get; }

    public Endpoint Endpoint => new(Broker.Port);

    /// <summary>Starts it.</summary>
    /// <param name="adminLines">What stands below its admin_listener.</param>
    /// <param name="address">Where the admin listener is bound.</param>
    /// <param name="lines">What stands before the listeners.</param>
    public static async Task<AdminBroker> StartAsync(
        Func<TemporaryFolder, string>? adminLines = null, string address = "", Func<TemporaryFolder, string>? lines = null)
    {
        int adminPort = FreePorts.Take();
        ConfiguredBroker broker = await ConfiguredBroker.StartAsync((port, folder) =>
            $"{lines?.Invoke(folder)}\nlistener {port} 127.0.0.1\nallow_anonymous true\n"
            + $"admin_listener {adminPort} {address}\n{adminLines?.Invoke(folder)}\n");
        return new AdminBroker(broker, adminPort);
    }

    /// <summary>Asks for a path.</summary>
    public async Task<(int Status, string Type, string Text)> GetAsync(
        string path, string? accept = null, AuthenticationHeaderValue? authorization = null, string? host = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.Authorization = authorization;
        request.Headers.Host = host;
        using HttpResponseMessage response = await _http.SendAsync(request);
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString() ?? "",
            await response.Content.ReadAsStringAsync());
    }

    /// <summary>The value of a sample of /metrics, by its name and labels as they stand there; null: there is none.</summary>
    public async Task<double?> MetricAsync(string sample)
    {
        (_, _, string text) = await GetAsync("/metrics");
        string? line = text.Split('\n').FirstOrDefault(line => line.StartsWith(sample + " ", StringComparison.Ordinal));
        return line is null ? null : double.Parse(line[(sample.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Broker.DisposeAsync();
    }
}
