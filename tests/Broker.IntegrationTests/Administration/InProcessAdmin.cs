using System.Collections.Immutable;
using Broker.Admin;
using Broker.Configuration;
using Broker.Configuration.Mosquitto;
using Broker.Diagnostics;
using Broker.Persistence;
using Broker.TestKit;
using Broker.TestKit.Processes;
using Broker.Transport;
using Microsoft.Extensions.Hosting;

namespace Broker.IntegrationTests.Administration;

/// <summary>An admin listener of an engine in this process, whose store and clock move when the test says so.</summary>
internal sealed class InProcessAdmin : IAsyncDisposable
{
    private readonly AdminServer _server;
    private readonly AuditLog _audit;

    private InProcessAdmin(TestBroker broker, AdminServer server, AuditLog audit, int port)
    {
        (Broker, _server, _audit) = (broker, server, audit);
        Api = new AdminApi(port);
    }

    public TestBroker Broker { get; }

    public AdminApi Api { get; }

    /// <summary>Starts it.</summary>
    /// <param name="store">Where durable facts go; null: nowhere.</param>
    /// <param name="isServing">Whether clients are served already.</param>
    public static async Task<InProcessAdmin> StartAsync(IStateStore? store = null, bool isServing = true)
    {
        int port = FreePorts.Take();
        AdminListenerOptions listener = new() { Listener = new ListenerOptions { Port = port, Address = "127.0.0.1" } };
        TestBroker broker = new(options => options with { AdminListeners = [listener] }, store);
        Readiness readiness = new();
        readiness.ListenersAre(isServing);
        ConfigurationSource source = new(null, CommandLineOverrides.None);
        AuditLog audit = AuditLog.Open(null, broker.Engine.Logger, broker.Time, out _)!;
        AdminParts parts = new(
            broker.Engine, readiness, ImmutableDictionary<ListenerOptions, Transport.Tls.TlsEndpoint>.Empty,
            ImmutableDictionary<AdminListenerOptions, AdminTokenFile>.Empty, broker.Log)
        {
            Version = "test",
            Audit = audit,
            Room = new DescriptorRoom(DescriptorTable.OfProcess, broker.Engine),
            ListenerTls = [null],
            Configuration = new AdminConfiguration(
                source, () => new AppliedConfiguration(source.Read(), broker.Time.GetUtcNow(), []),
                static () => new ReloadOutcome(true, [], [])),
        };
        AdminServer? server = await AdminServer.StartAsync(parts, new NoLifetime(), CancellationToken.None);
        return new InProcessAdmin(broker, server!, audit, port);
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await _server.DisposeAsync();
        _audit.Dispose();
        await Broker.DisposeAsync();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
