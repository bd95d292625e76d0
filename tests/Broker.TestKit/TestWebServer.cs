using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Broker.TestKit;

/// <summary>A web server of a test's own, on a loopback address.</summary>
public sealed class TestWebServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private TestWebServer(WebApplication app) => _app = app;

    /// <summary>What it answers. May be replaced at any time.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = _ => Task.CompletedTask;

    /// <summary>How many requests there were.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Its address, without a path.</summary>
    public Uri Url { get; private set; } = null!;

    /// <param name="answer">What it answers.</param>
    /// <param name="certificate">For https; null: http.</param>
    /// <param name="port">0: any that is free.</param>
    public static async Task<TestWebServer> StartAsync(
        Func<HttpContext, Task> answer, X509Certificate2? certificate = null, int port = 0)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, port, listen =>
            {
                if (certificate is not null) listen.UseHttps(certificate);
            }));
        WebApplication app = builder.Build();
        var server = new TestWebServer(app) { Answer = answer };
        app.Run(context =>
        {
            Interlocked.Increment(ref server._requests);
            return server.Answer(context);
        });
        await app.StartAsync().ConfigureAwait(false);
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        // The name that certificates of tests are for.
        server.Url = new Uri(certificate is null ? address : address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        return server;
    }

    /// <summary>An answer that is always the same text.</summary>
    public static Func<HttpContext, Task> Text(string text, int status = 200, string type = "application/json") => context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text);
    };

    /// <summary>An answer that never comes: ends when the client gives up.</summary>
    public static async Task HangAsync(HttpContext context)
    {
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration given = context.RequestAborted.Register(over.SetResult);
        await over.Task.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new();
        await now.CancelAsync().ConfigureAwait(false);
        await _app.StopAsync(now.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
