using Broker.Diagnostics;
using Broker.TestKit;
using Broker.Transport;
using Microsoft.Win32.SafeHandles;

namespace Broker.UnitTests.Transport;

/// <summary>How many connections are accepted when file descriptors are few.</summary>
public sealed class DescriptorRoomTests
{
    private const int Kept = 32;

    [Fact]
    public async Task As_many_are_taken_as_leave_what_is_kept_and_the_log_says_so_once_in_ten_seconds()
    {
        await using TestBroker broker = new();
        FakeProcess process = new() { Limit = 100, Others = 50 };
        DescriptorRoom room = new(process.Table, broker.Engine);

        Assert.Equal(100 - Kept - process.Open, process.ConnectAll(room));
        Assert.False(room.TryTake(isOperators: false));

        Assert.Equal(2, broker.Engine.Metrics.LimitsMet(LimitKind.FileDescriptors));
        Assert.Single(broker.Log.Lines.All, line => line.Contains("LimitNOFILE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Administrators_have_half_of_what_is_kept()
    {
        await using TestBroker broker = new();
        FakeProcess process = new() { Limit = 100, Others = 50 };
        DescriptorRoom room = new(process.Table, broker.Engine);
        process.ConnectAll(room);

        int operators = 0;
        while (room.TryTake(isOperators: true)) operators++;

        Assert.Equal(Kept / 2, operators);
    }

    [Fact]
    public async Task What_is_given_back_is_there_after_the_next_tick()
    {
        await using TestBroker broker = new();
        FakeProcess process = new() { Limit = 200, Others = 50 };
        DescriptorRoom room = new(process.Table, broker.Engine);
        process.ConnectAll(room);
        process.Connections -= 5;

        room.OnTick(broker.Engine.CoarseMilliseconds + 10_000);

        Assert.Equal(5, process.ConnectAll(room));
        Assert.Contains(broker.Log.Lines.All, line => line.Contains("for 5 more connections", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_raised_limit_is_room_for_more()
    {
        await using TestBroker broker = new();
        FakeProcess process = new() { Limit = 100, Others = 50 };
        DescriptorRoom room = new(process.Table, broker.Engine);
        process.ConnectAll(room);
        process.Limit = 150;

        room.OnTick(broker.Engine.CoarseMilliseconds + 1000);

        Assert.Equal(50, process.ConnectAll(room));
    }

    [Fact]
    public async Task While_none_can_be_had_nothing_is_accepted_and_those_that_were_spare_are_given_back()
    {
        await using TestBroker broker = new();
        FakeProcess process = new() { Limit = 100, Others = 50 };
        DescriptorRoom room = new(process.Table, broker.Engine);
        int before = process.Open;
        CancellationToken accepting = room.Accepting;

        process.Limit = before;
        room.OnTick(1000);
        Assert.True(accepting.IsCancellationRequested);
        Assert.False(room.Resumed.IsCompleted);
        Assert.True(process.Open < before);
        broker.Log.ExpectErrors(1);
        room.OnTick(2000);
        Assert.False(room.Resumed.IsCompleted);
        process.Limit = 100;
        room.OnTick(3000);

        Assert.True(room.Resumed.IsCompleted);
        Assert.False(room.Accepting.IsCancellationRequested);
        Assert.Equal(before, process.Open);
    }

    /// <summary>A process of so many descriptors.</summary>
    private sealed class FakeProcess
    {
        private readonly List<SafeFileHandle> _spare = [];

        public long Limit { get; set; }

        public int Others { get; init; }

        public int Connections { get; set; }

        public int Open => Others + Connections + _spare.Count(static spare => !spare.IsClosed);

        public DescriptorTable Table => new(() => Limit, () => Open < Limit ? Open : null, TryOpen);

        public int ConnectAll(DescriptorRoom room)
        {
            int before = Connections;
            while (room.TryTake(isOperators: false)) Connections++;
            return Connections - before;
        }

        private SafeFileHandle? TryOpen()
        {
            if (Open >= Limit) return null;
            _spare.Add(new SafeFileHandle());
            return _spare[^1];
        }
    }
}
