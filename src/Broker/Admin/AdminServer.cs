using System.Net;
using Broker.Configuration;
using Broker.Connections;
using Broker.Diagnostics;
using Broker.Transport;
using Broker.Transport.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Broker.Admin;

/// <summary>What the admin listeners speak about.</summary>
/// <param name="Engine">The broker.</param>
/// <param name="Readiness">Whether it is ready.</param>
/// <param name="Tls">The TLS side of each listener that has one.</param>
/// <param name="Tokens">Who may use each listener that asks for a token.</param>
/// <param name="Loggers">The log.</param>
internal sealed record AdminParts(
    BrokerEngine Engine, Readiness Readiness, IReadOnlyDictionary<ListenerOptions, TlsEndpoint> Tls,
    IReadOnlyDictionary<AdminListenerOptions, AdminTokenFile> Tokens, ILoggerFactory Loggers)
{
    /// <summary>Of the broker.</summary>
    public required string Version { get; init; }

    /// <summary>The TLS side of each listener of mosquitto's, in their order; null where there is none.</summary>
    public required IReadOnlyList<TlsEndpoint?> ListenerTls { get; init; }

    /// <summary>How many connections there may be.</summary>
    public required DescriptorRoom Room { get; init; }

    /// <summary>Where what administrators do is written down.</summary>
    public required AuditLog Audit { get; init; }

    /// <summary>What it was told.</summary>
    public required AdminConfiguration Configuration { get; init; }
}

/// <summary>
/// HTTP for operators and their tools, in a server of its own: its requests run on the thread pool and not on the threads that
/// move MQTT's bytes, it is open before the store is loaded and until the last client is gone, and without an
/// <c>admin_listener</c> it is not there.
/// </summary>
internal sealed partial class AdminServer : IAsyncDisposable
{
    private const int ConnectionsMax = 100;
    private const int RequestBytesMax = 1024 * 1024;

    /// <summary>How long a request that is under way may take when the broker ends.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;
    private readonly MetricsReading _reading;

    private AdminServer(WebApplication app, MetricsReading reading) => (_app, _reading) = (app, reading);

    /// <summary>Opens the listeners.</summary>
    /// <returns>Null: none is configured.</returns>
    /// <exception cref="IOException">An address is in use, or not this machine's.</exception>
    public static async Task<AdminServer?> StartAsync(AdminParts parts, IHostLifetime lifetime, CancellationToken token)
    {
        bool hasApi = parts.Engine.Options.Listeners.Any(static listener => listener.Protocol == ListenerProtocol.HttpApi);
        if (parts.Engine.Options.AdminListeners.IsEmpty && !hasApi) return null;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(parts.Loggers);
        builder.Services.AddSingleton(lifetime);
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = StopTimeout);
        builder.WebHost.UseKestrelCore();
        Dictionary<EndPoint, ListenerOptions> bound = [];
        // An http_api listener is for others as well, and they must not be in the way of operators.
        RoomListenerFactory.Register(
            builder.Services, parts.Room, endPoint => bound[endPoint].Protocol != ListenerProtocol.HttpApi);
        Open(builder, parts, bound);
        WebApplication app = builder.Build();
        AdminServer server = new(app, new MetricsReading(parts.Engine.Metrics.Meter));
        HttpApi api = new(parts.Engine, parts.Version);
        app.Use(next => context =>
            context.Features.Get<HttpApiEntrance>() is { } entrance ? api.AnswerAsync(context, entrance) : next(context));
        app.Use(static next => context => AdminAccess.JudgeAsync(context, next));
        new MetricsEndpoint(server._reading).Map(app);
        new HealthEndpoint(parts.Readiness, parts.Engine.Heartbeat, parts.Engine.Authenticator.Surroundings).Map(app);
        server.MapApi(app, parts);
        new Dashboard().Map(app);
        await app.StartAsync(token);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _reading.Dispose();
    }

    private void MapApi(WebApplication app, AdminParts parts)
    {
        OpenApiDocument.Map(app);
        new VersionResource(parts.Engine, parts.Version).Map(app);
        new ListenersResource(parts.Engine).Map(app);
        AdminChanges changes = new(app, parts.Readiness, parts.Audit);
        SessionDetailReading details = new(parts.Engine);
        new ClientsResource(parts.Engine, details).Map(app, changes);
        new SessionsResource(parts.Engine, details).Map(app, changes);
        new SubscriptionsResource(parts.Engine).Map(app);
        new RetainedResource(parts.Engine).Map(app, changes);
        new PublishResource(parts.Engine).Map(changes);
        new BansResource(parts.Engine).Map(app, changes);
        new ConfigurationResource(parts.Configuration).Map(app, changes);
        new FiguresResource(parts.Engine, parts.Readiness, _reading).Map(app);
        new SlowResource(parts.Engine).Map(app);
        new MessagesResource(parts.Engine, app.Lifetime.ApplicationStopping).Map(app);
        new TraceResource(parts.Engine, app.Lifetime.ApplicationStopping).Map(app);
    }

    private static void Open(WebApplicationBuilder builder, AdminParts parts, Dictionary<EndPoint, ListenerOptions> bound)
    {
        ILogger logger = parts.Loggers.CreateLogger("Broker");
        builder.Services.Configure<SocketTransportOptions>(
            sockets => sockets.CreateBoundListenSocket = endPoint => ListenerSockets.Bind(endPoint, bound[endPoint]));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Limits.MaxRequestBodySize = RequestBytesMax;
            foreach (AdminListenerOptions options in parts.Engine.Options.AdminListeners)
            {
                AdminEntrance entrance = new(options, parts.Tokens.GetValueOrDefault(options));
                foreach (EndPoint endPoint in ListenerSockets.Resolve(options.Listener).Where(ListenerSockets.IsPresent))
                {
                    bound[endPoint] = options.Listener;
                    Log.Opening(logger, options.Listener.Tls is null ? "http" : "https", endPoint.ToString()!);
                    kestrel.Listen((IPEndPoint)endPoint, listen => Configure(listen, entrance, parts));
                }
            }
            for (int i = 0; i < parts.Engine.Options.Listeners.Length; i++) OpenApi(kestrel, i, parts, bound);
        });
    }

    private static void OpenApi(
        KestrelServerOptions kestrel, int number, AdminParts parts, Dictionary<EndPoint, ListenerOptions> bound)
    {
        ListenerOptions options = parts.Engine.Options.Listeners[number];
        if (options.Protocol != ListenerProtocol.HttpApi) return;
        Log.OpeningApi(parts.Loggers.CreateLogger("Broker"), options.Port);
        foreach (EndPoint endPoint in ListenerSockets.Resolve(options).Where(ListenerSockets.IsPresent))
        {
            bound[endPoint] = options;
            kestrel.Listen((IPEndPoint)endPoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                // Before TLS, whose handshake is work.
                listen.Use(next => context =>
                    parts.Engine.Bans.RefusesAccept((context.RemoteEndPoint as IPEndPoint)?.Address)
                        ? Task.CompletedTask
                        : next(context));
                parts.ListenerTls[number]?.Use(listen, logsConnections: static () => false);
                listen.Use(next => context =>
                {
                    context.Features.Set(new HttpApiEntrance(number));
                    return next(context);
                });
            });
        }
    }

    private static void Configure(ListenOptions listen, AdminEntrance entrance, AdminParts parts)
    {
        listen.Protocols = HttpProtocols.Http1;
        if (parts.Tls.TryGetValue(entrance.Options.Listener, out TlsEndpoint? tls))
            tls.Use(listen, logsConnections: static () => false);
        listen.Use(next => context =>
        {
            context.Features.Set(entrance);
            return next(context);
        });
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.AdminOpening, LogLevel.Information, "Opening admin listen socket on {Scheme}://{EndPoint}.")]
        internal static partial void Opening(ILogger logger, string scheme, string endPoint);

        [LoggerMessage(EventIds.HttpApiOpening, LogLevel.Information, "Opening http api listen socket on port {Port}.")]
        internal static partial void OpeningApi(ILogger logger, int port);
    }
}
