using System.Net;
using Broker.ConformanceTests.Mqtt5;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Security;
using Broker.TestKit;

namespace Broker.ConformanceTests.Limits;

/// <summary>What somebody may do before the broker knows who it is, and how many of one address and user may be there.</summary>
public sealed class ConnectLimitTests
{
    private static readonly IPAddress Elsewhere = IPAddress.Parse("192.0.2.7");

    [Directive("max_connect_packet_size")]
    [Theory]
    [InlineData(ProtocolVersion.Mqtt311)]
    [InlineData(ProtocolVersion.Mqtt50)]
    public async Task CONNECT_FromClient_LargerThanMaxConnectPacketSize_IsClosedAndCounted(ProtocolVersion version)
    {
        await using var broker = LimitedBroker.With(limits => limits with { ConnectPacketBytesMax = 1000 });
        TestClient large = broker.Open(version);
        await large.SendAsync(new ConnectPacket
        {
            Version = version,
            ClientId = "large",
            CleanStart = true,
            Will = new WillMessage { Topic = "a", Payload = new byte[1000] },
        });
        await large.ExpectClosedAsync();
        Assert.Equal(1, broker.Engine.Metrics.LimitsMet(LimitKind.MaxConnectPacketSize));
        // Whoever is known may send more.
        TestClient client = await broker.ConnectAsync("small", version);
        await client.PublishAndCompleteAsync(new OutgoingPublish("a", new string('x', 2000), QualityOfService.AtLeastOnce));
    }

    // Its length is enough: what is announced is not waited for.
    [Fact]
    public async Task CONNECT_FromClient_OfSixteenKibibytesAndMoreByDefault_IsClosedBeforeItIsThere()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open();
        await client.SendBytesAsync("10 FF FF 01 00 04 'MQTT' 04");
        await client.ExpectClosedAsync();
        TestClient within = broker.Open();
        var will = new WillMessage { Topic = "a", Payload = new byte[16_000] };
        await within.ConnectAsync("c", packet => packet with { Will = will });
    }

    [Directive("max_pending_logins")]
    [Fact]
    public async Task CONNECT_FromClient_SoManyPasswordsWaitAlready_IsToldServerBusy()
    {
        using TestKit.Processes.TemporaryFolder folder = new();
        PasswordHash slow = PasswordHash.Create(PasswordHashKind.Sha512Pbkdf2, "secret"u8, iterations: 100_000);
        string file = folder.File("passwords");
        await File.WriteAllTextAsync(file, $"ann:{slow}\n");
        await using TestBroker broker = new(options => options with
        {
            Listeners = [TestBroker.OpenListener with { Security = new() { PasswordFile = file } }],
            Limits = options.Limits with { Peers = new() { PendingLoginsMax = 1 } },
        });
        Task<ConnAckPacket>[] asked = [.. Enumerable.Range(0, 20).Select(i => broker.OpenV5().TryConnectAsync(
            $"{i}", packet => packet with { UserName = "ann", Password = "secret"u8.ToArray() }))];
        ReasonCode[] codes = [.. (await Task.WhenAll(asked)).Select(static answer => answer.ReasonCode)];
        Assert.Contains(ReasonCode.Success, codes);
        int refused = codes.Count(static code => code == ReasonCode.ServerBusy);
        Assert.Equal(20, refused + codes.Count(static code => code == ReasonCode.Success));
        Assert.InRange(refused, 1, 19);
        Assert.Equal(refused, broker.Engine.Metrics.LimitsMet(LimitKind.MaxPendingLogins));
    }

    [Directive("connect_timeout")]
    [Fact]
    public async Task CONNECT_FromClient_NotThereAtConnectTimeout_IsClosedAndCounted()
    {
        await using var broker = LimitedBroker.With(limits => limits with { ConnectTimeout = TimeSpan.FromSeconds(5) });
        TestClient silent = broker.Open();
        TestClient client = await broker.ConnectAsync("c");
        broker.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, broker.Engine.Metrics.LimitsMet(LimitKind.ConnectTimeout));
        broker.Advance(TimeSpan.FromSeconds(2));
        await silent.ExpectClosedAsync();
        Assert.Equal(1, broker.Engine.Metrics.LimitsMet(LimitKind.ConnectTimeout));
        await client.PingFenceAsync();
    }

    // Who is asked about a client may take longer than a client may.
    [Fact]
    public async Task CONNECT_FromClient_JudgedByAServiceThatTakesLongerThanConnectTimeout_IsAnswered()
    {
        TaskCompletionSource isAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource mayAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestWebServer service = await TestWebServer.StartAsync(async context =>
        {
            isAsked.TrySetResult();
            await mayAnswer.Task;
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "allow");
        });
        await using TestBroker broker = new(options => options with
        {
            Listeners = [TestBroker.OpenListener with { Security = new() { Http = new() { AuthUrl = service.Url } } }],
            Limits = options.Limits with { Peers = new() { ConnectTimeout = TimeSpan.FromSeconds(1) } },
        });
        Task<ConnAckPacket> answer = broker.OpenV5().TryConnectAsync(
            "c", static packet => packet with { UserName = "ann", Password = "secret"u8.ToArray() });
        await isAsked.Task.WaitAsync(TestTime.Patience);
        broker.Advance(TimeSpan.FromSeconds(3));
        mayAnswer.SetResult();
        Assert.Equal(ReasonCode.Success, (await answer).ReasonCode);
        Assert.Equal(0, broker.Engine.Metrics.LimitsMet(LimitKind.ConnectTimeout));
    }

    [Directive("max_connections_per_address")]
    [Fact]
    public async Task Connection_BeyondMaxConnectionsPerAddress_IsClosedAtOnceUntilOneHasLeft()
    {
        await using var broker = LimitedBroker.With(limits => limits with { AddressConnectionsMax = 2 });
        TestClient first = await broker.ConnectAsync("1");
        // A place is taken without CONNECT as well.
        TestClient second = broker.Open();
        await broker.Open().ExpectClosedAsync();
        await broker.Open(address: Elsewhere).ConnectAsync("other");
        Assert.Equal(1, broker.Engine.Metrics.LimitsMet(LimitKind.MaxConnectionsPerAddress));
        // There is room for others: nobody has to be alarmed.
        Assert.Equal(0, broker.Engine.Metrics.ConnectionsRefused);
        Assert.Contains(broker.Log.Lines.All, line => line.Contains("has met max_connections_per_address"));
        await first.DisconnectAsync();
        await first.ExpectClosedAsync();
        await broker.Open().ConnectAsync("3");
        await second.ConnectAsync("2");
    }

    [Fact]
    public async Task Connection_OfTheSameIPv6Network_CountsAsOneAddress()
    {
        await using var broker = LimitedBroker.With(limits => limits with { AddressConnectionsMax = 1 });
        await broker.Open(address: IPAddress.Parse("2001:db8::1")).ConnectAsync("1");
        await broker.Open(address: IPAddress.Parse("2001:db8::2")).ExpectClosedAsync();
        await broker.Open(address: IPAddress.Parse("2001:db8:0:1::1")).ConnectAsync("2");
    }

    [Directive("max_connections_per_user")]
    [Theory]
    [InlineData(ProtocolVersion.Mqtt311, ReasonCode.ServerUnavailable)]
    [InlineData(ProtocolVersion.Mqtt50, ReasonCode.QuotaExceeded)]
    public async Task CONNECT_FromClient_BeyondMaxConnectionsPerUser_IsRefused(ProtocolVersion version, ReasonCode reason)
    {
        await using var broker = LimitedBroker.With(limits => limits with { UserConnectionsMax = 1 });
        TestClient first = await broker.ConnectAsync("1", version, As("u"));
        ConnAckPacket refused = await broker.Open(version).TryConnectAsync("2", As("u"));
        Assert.Equal(reason, refused.ReasonCode);
        Assert.Equal(1, broker.Engine.Metrics.LimitsMet(LimitKind.MaxConnectionsPerUser));
        await broker.ConnectAsync("3", version, As("other"));
        await broker.ConnectAsync("4", version);
        await first.DisconnectAsync();
        await first.ExpectClosedAsync();
        await broker.ConnectAsync("2", version, As("u"));
    }

    // Or a device that lost its connection could not come back before the broker has seen that.
    [Fact]
    public async Task CONNECT_FromClient_TakesItsSessionOverAtMaxConnectionsPerUser_IsLetIn()
    {
        await using var broker = LimitedBroker.With(limits => limits with { UserConnectionsMax = 1 });
        TestClient before = await broker.ConnectV5Async("1", As("u"));
        TestClient after = await broker.ConnectV5Async("1", As("u"));
        await before.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
        ConnAckPacket refused = await broker.OpenV5().TryConnectAsync("2", As("u"));
        Assert.Equal(ReasonCode.QuotaExceeded, refused.ReasonCode);
        await after.DisconnectAsync();
        await after.ExpectClosedAsync();
        await broker.ConnectV5Async("2", As("u"));
    }

    [Directive("connect_rate_per_address")]
    [Theory]
    [InlineData(ProtocolVersion.Mqtt311, ReasonCode.ServerUnavailable)]
    [InlineData(ProtocolVersion.Mqtt50, ReasonCode.ConnectionRateExceeded)]
    public async Task CONNECT_FromClient_FasterThanConnectRatePerAddress_IsRefusedAndNotForLonger(
        ProtocolVersion version, ReasonCode reason)
    {
        await using var broker = LimitedBroker.With(limits => limits with { AddressConnectsPerSecond = 2 });
        await broker.ConnectAsync("1", version);
        await broker.ConnectAsync("2", version);
        for (int i = 0; i < 5; i++) Assert.Equal(reason, (await broker.Open(version).TryConnectAsync("3")).ReasonCode);
        await broker.Open(version, address: Elsewhere).ConnectAsync("other");
        Assert.Equal(5, broker.Engine.Metrics.LimitsMet(LimitKind.ConnectRatePerAddress));
        broker.Advance(TimeSpan.FromMilliseconds(500));
        await broker.ConnectAsync("3", version);
        Assert.Equal(reason, (await broker.Open(version).TryConnectAsync("4")).ReasonCode);
    }

    [Fact]
    public async Task Connections_ThatAreGone_AreForgotten()
    {
        await using var broker = LimitedBroker.With(limits => limits with
        {
            AddressConnectionsMax = 5, UserConnectionsMax = 5, AddressConnectsPerSecond = 5,
        });
        TestClient client = await broker.ConnectAsync("1", with: As("u"));
        Assert.Equal(3, broker.Engine.Peers.Counts.Count);
        await client.DisconnectAsync();
        await client.ExpectClosedAsync();
        broker.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, broker.Engine.Peers.Counts.Count);
    }

    // One line, not one a client; the next one says how many there were.
    [Fact]
    public async Task Connections_ThatMeetALimitOften_AreNamedNowAndThen()
    {
        await using var broker = LimitedBroker.With(limits => limits with { AddressConnectionsMax = 1 });
        TestClient client = await broker.ConnectAsync("1");
        for (int i = 0; i < 4; i++) await broker.Open().ExpectClosedAsync();
        broker.Advance(TimeSpan.FromSeconds(11));
        await broker.Open().ExpectClosedAsync();
        string[] lines = [.. broker.Log.Lines.All.Where(line => line.Contains("has met"))];
        Assert.Equal(2, lines.Length);
        Assert.Contains("so have 0 others", lines[0]);
        Assert.Contains("so have 3 others", lines[1]);
        await client.PingFenceAsync();
    }

    private static Func<ConnectPacket, ConnectPacket> As(string userName) => packet => packet with { UserName = userName };
}
