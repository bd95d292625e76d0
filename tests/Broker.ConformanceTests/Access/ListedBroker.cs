using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Persistence;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Security;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.ConformanceTests.Access;

/// <summary>A broker with an access list. Nobody needs a password, so that who gives a user name has it.</summary>
internal sealed class ListedBroker : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ListedBroker(string list, IStateStore? store = null, Func<BrokerOptions, BrokerOptions>? change = null)
    {
        _folder.Write("acl", list);
        Broker = new TestBroker(options => With(change is null ? options : change(options), _folder.File("acl")), store);
    }

    public TestBroker Broker { get; }

    /// <summary>The same options with an access list on every listener.</summary>
    public static BrokerOptions With(BrokerOptions options, string path) => options with
    {
        Listeners =
        [
            .. options.Listeners.Select(listener => listener with { Security = listener.Security with { AclFile = path } }),
        ],
    };

    /// <summary>Connects under a user name; the client id is the same unless one is given.</summary>
    public Task<TestClient> ConnectAsync(
        string userName, ProtocolVersion version = ProtocolVersion.Mqtt50, string? clientId = null,
        Func<ConnectPacket, ConnectPacket>? with = null) =>
        Broker.ConnectAsync(clientId ?? userName, version, packet =>
        {
            packet = packet with { UserName = userName };
            return with is null ? packet : with(packet);
        });

    /// <summary>Connects to a session that is kept.</summary>
    public Task<TestClient> ResumeAsync(string userName, string clientId) => ConnectAsync(
        userName, clientId: clientId, with: packet => packet with { CleanStart = false, SessionExpiryIntervalSeconds = 3600 });

    /// <summary>Another list holds from now on.</summary>
    public void Reload(string list)
    {
        _folder.Write("acl", list);
        AccessControlResult result = AccessControl.Load(Broker.Options);
        Assert.Empty(result.Errors);
        Broker.Engine.Use(result.AccessControl!);
    }

    public long Dropped(DropReason reason) => Broker.Engine.Metrics.Dropped(reason);

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        _folder.Dispose();
    }
}
