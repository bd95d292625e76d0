using System.Net;
using System.Net.Sockets;
using Broker.Configuration;
using Broker.Connections;
using Broker.Diagnostics;
using Broker.Transport.Proxy;
using Broker.Transport.Tls;
using Broker.Transport.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Broker.Transport;

/// <summary>
/// Opens the listeners in Kestrel. The transport runs inline: the thread that was woken by a socket reads, routes and writes
/// (docs/architecture.md), so nothing that Kestrel calls here may block.
/// </summary>
internal sealed partial class KestrelBindings
{
    /// <summary>So much is taken from a socket before its reader has looked at it.</summary>
    private const int ReadAheadBytes = 64 * 1024;

    private readonly BrokerEngine _engine;
    private readonly MqttConnectionHandler _handler;
    private readonly ConnectionDoor _door;
    private readonly ProxyProtocol _proxy;
    private readonly IReadOnlyList<TlsEndpoint?> _tls;
    private readonly DescriptorRoom _room;
    private readonly ILogger _logger;
    private readonly Dictionary<EndPoint, ListenerOptions> _listeners = [];

    /// <param name="engine">Serves what comes in; its options say what is listened on.</param>
    /// <param name="tls">The TLS side of each listener, in their order; null where there is none.</param>
    /// <param name="room">How many connections there may be.</param>
    /// <param name="logger">The log.</param>
    public KestrelBindings(BrokerEngine engine, IReadOnlyList<TlsEndpoint?> tls, DescriptorRoom room, ILogger logger)
    {
        _engine = engine;
        _handler = new MqttConnectionHandler(engine);
        _door = new ConnectionDoor(engine);
        _proxy = new ProxyProtocol(engine.Time, () => engine.Options.Logging.ConnectionMessages, logger);
        _tls = tls;
        _room = room;
        _logger = logger;
    }

    /// <summary>Configures the sockets and opens every listener.</summary>
    /// <exception cref="SocketException">A host name is not known.</exception>
    public void Apply(WebApplicationBuilder builder)
    {
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        RoomListenerFactory.Register(builder.Services, _room, isOperators: static _ => false);
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, TransportMemoryPoolFactory>();
        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.UnsafePreferInlineScheduling = true;
            // A client whose turn is over fills it before the pool goes on with it: so the thread of its socket serves others.
            sockets.MaxReadBufferSize = ReadAheadBytes;
            // As many as net.core.somaxconn lets through: who finds it full tries again only after a second, then after two.
            sockets.Backlog = ushort.MaxValue;
            sockets.CreateBoundListenSocket = endPoint => ListenerSockets.Bind(endPoint, _listeners[endPoint]);
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Until the request for a WebSocket begins, and until it is whole.
            kestrel.Limits.KeepAliveTimeout = kestrel.Limits.RequestHeadersTimeout = _engine.Options.Limits.Peers.ConnectTimeout;
            for (int i = 0; i < _engine.Options.Listeners.Length; i++) Open(kestrel, i);
        });
    }

    /// <summary>The HTTP pipeline behind WebSocket listeners.</summary>
    public void Map(WebApplication app)
    {
        app.Use(CorkedUpgrade.InvokeAsync);
        app.UseWebSockets();
        app.Run(new WebSocketEndpoint(_handler).HandleAsync);
    }

    private void Open(KestrelServerOptions kestrel, int number)
    {
        ListenerOptions listener = _engine.Options.Listeners[number];
        // HTTP has a server of its own.
        if (listener.Protocol == ListenerProtocol.HttpApi) return;
        if (_engine.Options.Persistence.IsEnabled && listener.Durability == ListenerDurability.Memory)
            Log.NotDurable(_logger, listener.UnixSocketPath ?? $"{listener.Port}");
        foreach (EndPoint endPoint in ListenerSockets.Resolve(listener))
        {
            if (!ListenerSockets.IsPresent(endPoint))
            {
                Log.NotPresent(_logger, endPoint.ToString()!);
                continue;
            }
            LogOpening(listener, endPoint);
            _listeners[endPoint] = listener;
            if (endPoint is IPEndPoint ip) kestrel.Listen(ip, listen => Configure(listen, number));
            else kestrel.ListenUnixSocket(listener.UnixSocketPath!, listen => Configure(listen, number));
        }
    }

    private void Configure(ListenOptions listen, int number)
    {
        ListenerOptions listener = _engine.Options.Listeners[number];
        // A unix socket's endpoint is made by Kestrel: this is the one that the socket factory is asked with.
        _listeners[listen.EndPoint] = listener;
        listen.Protocols = HttpProtocols.Http1;
        // A reload changes the options of a listener, not its number: each connection takes what holds when it comes.
        listen.Use(next => context =>
            _door.EnterAsync(context, _engine.Options.Listeners[number], _tls[number] is not null, next));
        listen.Use(next => context => _proxy.ServeAsync(context, _engine.Options.Listeners[number], next));
        listen.Use(next => context =>
            _door.LetsIn(context, _engine.Options.Listeners[number]) ? next(context) : Task.CompletedTask);
        _tls[number]?.Use(
            listen, () => _engine.Options.Logging.ConnectionMessages, _engine.Lines.Handshakes,
            () => _engine.Options.Limits.Peers.ConnectTimeout);
        if (listener.Protocol == ListenerProtocol.Mqtt)
        {
            listen.Run(context => _handler.OnConnectedAsync(context, _engine.Options.Listeners[number]));
            return;
        }
        listen.Use(next => context =>
        {
            context.Features.Set(new ListenerFeature(_engine.Options.Listeners[number]));
            return next(context);
        });
    }

    private void LogOpening(ListenerOptions listener, EndPoint endPoint)
    {
        if (endPoint is not IPEndPoint ip) Log.OpeningUnix(_logger, listener.UnixSocketPath!);
        else if (ip.AddressFamily == AddressFamily.InterNetwork) Log.Opening(_logger, "ipv4", ip.Port);
        else Log.Opening(_logger, ip.Address.Equals(IPAddress.IPv6Any) ? "ipv4 and ipv6" : "ipv6", ip.Port);
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.ListenerOpening, LogLevel.Information, "Opening {Family} listen socket on port {Port}.")]
        internal static partial void Opening(ILogger logger, string family, int port);

        [LoggerMessage(EventIds.ListenerOpeningUnix, LogLevel.Information, "Opening unix listen socket on path {Path}.")]
        internal static partial void OpeningUnix(ILogger logger, string path);

        [LoggerMessage(EventIds.ListenerNotDurable, LogLevel.Information,
            "Listener {Name} acknowledges before the commit (durability memory): a crash can lose what it acknowledged.")]
        internal static partial void NotDurable(ILogger logger, string name);

        [LoggerMessage(EventIds.ListenerAddressMissing, LogLevel.Warning,
            "Not listening on {EndPoint}: this machine does not have the address.")]
        internal static partial void NotPresent(ILogger logger, string endPoint);
    }
}
