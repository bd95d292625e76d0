using Broker.Configuration;
using Broker.Connections;
using Broker.Persistence;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace Broker.Benchmarks.Engine;

/// <summary>The engine without sockets, served on the thread of its clients, with mosquitto's defaults and no log.</summary>
internal sealed class InlineBroker : IDisposable
{
    private static readonly ListenerOptions OpenListener = new() { Security = new() { AllowAnonymous = true } };

    private static readonly ConnectionOrigin Origin = new()
    {
        Listener = OpenListener,
        RemoteAddress = "127.0.0.1:40000",
        Abort = static () => { },
    };

    private readonly BlockPool _pool = new();
    private readonly List<InlineClient> _clients = [];
    private readonly List<Task> _served = [];
    private readonly Authenticator _authenticator;
    private readonly BrokerEngine _engine;

    /// <param name="store">Where durable facts go.</param>
    public InlineBroker(IStateStore store)
    {
        BrokerOptions options = new() { Listeners = [OpenListener] };
        _authenticator = Authenticator.Create(options, TimeProvider.System).Authenticator!;
        _engine = new BrokerEngine(
            options, new EngineServices(store, _authenticator, TimeProvider.System, NullLoggerFactory.Instance)
            {
                // All of it is to be done on the thread that measures.
                TurnBytes = long.MaxValue,
            });
    }

    /// <summary>A client that is connected.</summary>
    /// <param name="version">What it speaks.</param>
    /// <param name="isPersistent">Whether its session outlives its connection, and so is kept in the store.</param>
    public InlineClient Connect(ProtocolVersion version, bool isPersistent = false)
    {
        var client = new InlineClient(version, _pool);
        _served.Add(_engine.ServeAsync(client.BrokerEnd, Origin));
        new ConnectPacket
        {
            Version = version,
            ClientId = $"client-{_clients.Count}",
            CleanStart = !isPersistent,
            SessionExpiryIntervalSeconds = isPersistent && version == ProtocolVersion.Mqtt50 ? uint.MaxValue : 0,
        }.Write(client.Output);
        client.Flush();
        Expect(client, "CONNACK");
        _clients.Add(client);
        return client;
    }

    /// <summary>A client that is connected and subscribed.</summary>
    public InlineClient Subscribe(
        ProtocolVersion version, QualityOfService qos, string filter, bool isPersistent = false)
    {
        InlineClient client = Connect(version, isPersistent);
        new SubscribePacket(1, 0, [new SubscriptionRequest(filter, (byte)qos)]).Write(client.Output, version);
        client.Flush();
        Expect(client, "SUBACK");
        return client;
    }

    /// <summary>Connects a client that is not kept: it has gone when this returns.</summary>
    /// <param name="version">What it speaks.</param>
    /// <param name="connect">Its CONNECT.</param>
    /// <returns>Bytes of CONNACK.</returns>
    public int ConnectAndClose(ProtocolVersion version, byte[] connect)
    {
        var client = new InlineClient(version, _pool);
        Task served = _engine.ServeAsync(client.BrokerEnd, Origin);
        client.Send(connect);
        int bytes = client.Receive();
        client.Close();
        if (bytes == 0 || !served.IsCompletedSuccessfully) throw new InvalidOperationException("Not all was on this thread.");
        return bytes;
    }

    public void Dispose()
    {
        foreach (InlineClient client in _clients) client.Close();
        if (!Task.WhenAll(_served).IsCompletedSuccessfully) throw new InvalidOperationException("A connection has not ended.");
        _engine.Dispose();
        _authenticator.Dispose();
        _pool.Dispose();
    }

    private static void Expect(InlineClient client, string what)
    {
        if (client.Receive() == 0) throw new InvalidOperationException($"{what} did not come on this thread.");
    }
}
