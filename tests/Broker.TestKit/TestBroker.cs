using Broker.Configuration;
using Broker.Connections;
using Broker.Persistence;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Security;
using Xunit;

namespace Broker.TestKit;

/// <summary>
/// The engine without sockets: connections are pipes in memory and the clock moves when the test says so. At its end every
/// connection must have ended and the engine must not have logged an error.
/// </summary>
internal sealed class TestBroker : IAsyncDisposable
{
    private readonly List<Task> _served = [];
    private readonly List<TestClient> _clients = [];
    private readonly Authenticator _authenticator;

    /// <param name="change">
    /// Changes the options: one open listener, all defaults of mosquitto. Takeovers are not slowed down: the clock stands still,
    /// and all of them are at once.
    /// </param>
    /// <param name="store">Where durable facts go; default: nowhere, as with <c>persistence false</c>.</param>
    public TestBroker(Func<BrokerOptions, BrokerOptions>? change = null, IStateStore? store = null)
    {
        BrokerOptions options = new()
        {
            Listeners = [OpenListener],
            Limits = new LimitOptions { TakeoverDelayMax = TimeSpan.Zero },
        };
        Options = change is null ? options : change(options);
        AuthenticatorResult loaded = Authenticator.Create(Options, Time, Log);
        Assert.Empty(loaded.Errors);
        _authenticator = loaded.Authenticator!;
        AccessControlResult access = AccessControl.Load(Options);
        Assert.Empty(access.Errors);
        var services = new EngineServices(store ?? new MemoryStateStore(), _authenticator, Time, Log)
        {
            Access = access.AccessControl!,
        };
        Engine = new BrokerEngine(Options, services);
    }

    /// <summary>A listener that lets everybody in.</summary>
    public static ListenerOptions OpenListener { get; } = new() { Security = new() { AllowAnonymous = true } };

    public BrokerOptions Options { get; }

    public SteppedTime Time { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public BrokerEngine Engine { get; }

    /// <summary>What the engine logged, every level.</summary>
    public TestLog Log { get; } = new();

    /// <summary>A broker with changed limits.</summary>
    public static TestBroker WithLimits(Func<LimitOptions, LimitOptions> change, IStateStore? store = null) =>
        new(options => options with { Limits = change(options.Limits) }, store);

    /// <summary>A broker whose listener is changed.</summary>
    public static TestBroker WithListener(Func<ListenerOptions, ListenerOptions> change, IStateStore? store = null) =>
        new(options => options with { Listeners = [change(OpenListener)] }, store);

    /// <summary>Opens a connection; nothing is sent on it yet.</summary>
    /// <param name="version">What the client will speak.</param>
    /// <param name="windowBytes">How far the broker may write ahead of the client's reading; 0 for no limit.</param>
    /// <param name="certificateUserName">The name in the client's certificate, if it has one.</param>
    /// <param name="isInline">Whether who wakes the connection's reader runs it, as Kestrel's sockets do here.</param>
    /// <param name="address">Where it comes from; default: 127.0.0.1.</param>
    public TestClient Open(
        ProtocolVersion version = ProtocolVersion.Mqtt311, int windowBytes = 0, string? certificateUserName = null,
        bool isInline = false, System.Net.IPAddress? address = null)
    {
        var pair = new PipePair(windowBytes, isInline);
        var origin = new ConnectionOrigin
        {
            Listener = Options.Listeners[0],
            RemoteAddress = $"{address ?? System.Net.IPAddress.Loopback}:{40_000 + _clients.Count}",
            Address = address ?? System.Net.IPAddress.Loopback,
            CertificateUserName = certificateUserName,
            Closed = pair.Closed,
            Abort = pair.Abort,
        };
        var client = new TestClient(pair.Client, version);
        _clients.Add(client);
        _served.Add(Engine.ServeAsync(pair.Broker, origin));
        return client;
    }

    /// <summary>Opens a connection and connects on it: a clean session unless <paramref name="with"/> says otherwise.</summary>
    public async Task<TestClient> ConnectAsync(
        string clientId, ProtocolVersion version = ProtocolVersion.Mqtt311, Func<ConnectPacket, ConnectPacket>? with = null)
    {
        TestClient client = Open(version);
        await client.ConnectAsync(clientId, with).ConfigureAwait(false);
        return client;
    }

    /// <summary>Opens a connection and connects to a session that outlives it.</summary>
    public async Task<TestClient> ConnectPersistentAsync(string clientId, ProtocolVersion version = ProtocolVersion.Mqtt311)
    {
        TestClient client = Open(version);
        await client.ConnectPersistentAsync(clientId).ConfigureAwait(false);
        return client;
    }

    /// <summary>Lets time pass. Everything that is due happens before this returns.</summary>
    public void Advance(TimeSpan time) => Time.Advance(time);

    /// <summary>Waits until every connection that was opened has ended on the broker's side.</summary>
    public Task AllEndedAsync() => Task.WhenAll(_served).WaitAsync(TestTime.Patience);

    public async ValueTask DisposeAsync()
    {
        foreach (TestClient client in _clients) await client.DisposeAsync().ConfigureAwait(false);
        await AllEndedAsync().ConfigureAwait(false);
        Engine.Dispose();
        _authenticator.Dispose();
        Assert.Empty(Log.Errors);
    }
}
