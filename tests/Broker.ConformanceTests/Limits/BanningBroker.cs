using System.Text;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Persistence;
using Broker.Protocol.Packets;
using Broker.Security;
using Broker.Security.Bans;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.ConformanceTests.Limits;

/// <summary>
/// A broker that knows the user <c>ann</c> with the password <c>secret</c>, and lets strangers in too, with what an administrator
/// would do to it.
/// </summary>
internal sealed class BanningBroker : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    public BanningBroker(Func<BanOptions, BanOptions>? change = null, IStateStore? store = null)
    {
        string file = _folder.Write(
            "passwords", $"ann:{PasswordHash.Create(PasswordHashKind.Sha512Pbkdf2, "secret"u8.ToArray(), iterations: 100)}\n");
        Broker = new TestBroker(
            options => options with
            {
                Listeners = [TestBroker.OpenListener with { Security = new() { AllowAnonymous = true, PasswordFile = file } }],
                Limits = change is null ? options.Limits : options.Limits with { Bans = change(options.Limits.Bans) },
            },
            store);
    }

    public TestBroker Broker { get; }

    public BanList Bans => Broker.Engine.Bans.List;

    /// <summary>CONNECT of ann.</summary>
    public static ConnectPacket AsAnn(ConnectPacket packet) => As(packet, "ann", "secret");

    /// <summary>CONNECT with a name and a password.</summary>
    public static ConnectPacket As(ConnectPacket packet, string userName, string password) =>
        packet with { UserName = userName, Password = Encoding.UTF8.GetBytes(password) };

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>What an administrator does.</summary>
internal static class Banning
{
    /// <summary>Bans somebody, for a time or for ever.</summary>
    public static Ban Ban(this TestBroker broker, string kind, string who, TimeSpan? time = null, bool disconnects = true)
    {
        Assert.Null(BanTarget.Read(kind, who, out BanTarget target, out _));
        long now = broker.Time.GetUtcNow().ToUnixTimeMilliseconds();
        long until = time is { } length ? now + (long)length.TotalMilliseconds : Security.Bans.Ban.ForEver;
        Ban ban = new(target, BanMaker.Administrator, "ops", "for a test", now, until);
        broker.Engine.Bans.Put(ban, out _);
        if (disconnects) broker.Engine.Bans.Disconnect(ban);
        return ban;
    }
}
