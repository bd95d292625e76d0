using Broker.ConformanceTests.Limits;
using Broker.ConformanceTests.Mqtt5;
using Broker.Diagnostics;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Faults;

/// <summary>
/// The machine's clock is set, the machine sleeps, the process is not run: what goes by which clock, and that the log says so.
/// </summary>
public sealed class ClockTests
{
    private static readonly TimeSpan Tick = Heartbeat.Period;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task CONNECTION_FromClient_ClockIsSet_KeepAliveGoesOn(int days)
    {
        await using TestBroker broker = new();
        TestClient client = await broker.ConnectAsync("c", with: packet => packet with { KeepAliveSeconds = 10 });

        broker.Time.Set(days * Day);
        broker.Advance(TimeSpan.FromSeconds(14));
        await client.PingFenceAsync();
        broker.Advance(TimeSpan.FromSeconds(17));

        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task PUBLISH_FromServer_ClockIsSetForward_WhatIsOverByItIsDroppedAndCounted()
    {
        await using TestBroker broker = new();
        await broker.LeaveSubscribedAsync("s", "a", AtLeastOnce);
        await PublishAsync(broker, new("a", "short", AtLeastOnce) { MessageExpirySeconds = 60 });
        await PublishAsync(broker, new("a", "long", AtLeastOnce) { MessageExpirySeconds = 3600 });

        broker.Time.Set(TimeSpan.FromMinutes(10));
        broker.Advance(Tick);

        TestClient back = await broker.ResumeAsync("s");
        await back.ExpectPublishAsync("a", "long");
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.Expired));
    }

    [Fact]
    public async Task PUBLISH_FromServer_ClockIsSetBack_WhatHasTimeIsKeptAndEndsByTheClock()
    {
        await using TestBroker broker = new();
        await broker.LeaveSubscribedAsync("s", "a", AtLeastOnce);
        await PublishAsync(broker, new("a", "x", AtLeastOnce) { MessageExpirySeconds = 60 });

        broker.Time.Set(TimeSpan.FromMinutes(-10));
        broker.Advance(TimeSpan.FromMinutes(5));
        await PublishAsync(broker, new("a", "y", AtLeastOnce) { MessageExpirySeconds = 60 });
        broker.Advance(TimeSpan.FromMinutes(2));

        TestClient back = await broker.ResumeAsync("s");
        await back.ExpectPublishAsync("a", "x");
        await back.ExpectNothingAsync();
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.Expired));
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(-2, true)]
    public async Task SESSION_InServer_ClockIsSetByHours_EndsByTheClock(int hours, bool isKept)
    {
        await using TestBroker broker = new();
        // For an hour.
        await broker.LeaveSubscribedAsync("s", "a", AtLeastOnce);

        broker.Time.Set(TimeSpan.FromHours(hours));
        broker.Advance(Tick);
        broker.Advance(TimeSpan.FromMinutes(59));

        TestClient back = broker.OpenV5();
        ConnAckPacket answer = await back.ConnectAsync("s", packet => packet with { CleanStart = false });
        Assert.Equal(isKept, answer.SessionPresent);
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(-10, false)]
    public async Task CONNECT_FromClient_BannedForAMinuteAndClockIsSet_EndsByTheClock(int minutes, bool getsIn)
    {
        await using TestBroker broker = new();
        broker.Ban("clientid", "c", TimeSpan.FromMinutes(1));

        broker.Time.Set(TimeSpan.FromMinutes(minutes));
        broker.Advance(Tick);

        ConnAckPacket answer = await broker.OpenV5().TryConnectAsync("c");
        Assert.Equal(getsIn, answer.ReasonCode == Protocol.ReasonCode.Success);
    }

    [Fact]
    public async Task CONNECTION_FromClient_BrokerIsNotRunForAWhile_TheSilenceIsNotTheClients()
    {
        await using TestBroker broker = new();
        TestClient client = await broker.ConnectAsync("c", with: packet => packet with { KeepAliveSeconds = 1 });
        TestClient late = broker.Open();

        for (int i = 0; i < 5; i++)
        {
            broker.Time.StandStill(TimeSpan.FromMinutes(1));
            broker.Advance(Tick);
            // What it sent meanwhile is read after the tick.
            await client.PingFenceAsync();
        }
        await late.ConnectAsync("late");
        broker.Advance(TimeSpan.FromSeconds(3));

        await client.ExpectClosedAsync();
    }

    [Fact]
    public void The_log_says_what_a_clock_did_once_and_nothing_of_what_is_usual()
    {
        SteppedTime time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        TestLog log = new();
        using Heartbeat heartbeat = new(time);
        heartbeat.Register(new ClockWatch(time, log));

        time.Advance(10 * Tick);
        time.Set(TimeSpan.FromSeconds(2));
        time.Advance(Tick);
        Assert.Empty(log.Lines.All);
        time.Set(TimeSpan.FromMinutes(1));
        time.Advance(2 * Tick);
        time.Set(-Day);
        time.Advance(2 * Tick);
        time.StandStill(TimeSpan.FromSeconds(30));
        time.Advance(2 * Tick);

        Assert.Collection(
            log.Lines.All,
            line => Assert.StartsWith("The machine's clock is 60 seconds further than it should be, and says 2030-", line),
            line => Assert.StartsWith("The machine's clock was set back by 86400 seconds, and says 2029-12-31", line),
            line => Assert.StartsWith("This process was not run for 30 seconds", line));
    }

    private static async Task PublishAsync(TestBroker broker, OutgoingPublish message)
    {
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(message);
        await publisher.DisconnectAsync();
        await publisher.ExpectEndAsync();
    }
}
