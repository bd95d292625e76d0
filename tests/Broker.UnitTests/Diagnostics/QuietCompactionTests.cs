using Broker.Diagnostics;

namespace Broker.UnitTests.Diagnostics;

public sealed class QuietCompactionTests
{
    private readonly QuietCompaction _compaction;
    private HeapState _state;
    private int _compactions;

    public QuietCompactionTests() => _compaction = new QuietCompaction(() => _state, () => _compactions++);

    [Fact]
    public void Once_when_it_is_quiet_after_many_connections_came()
    {
        Come(QuietCompaction.ConnectionsMore);
        Assert.Equal(0, _compactions);

        Tick(100);

        Assert.Equal(1, _compactions);
    }

    [Fact]
    public void Not_for_few_connections_nor_for_those_that_come_in_the_place_of_others()
    {
        Come(QuietCompaction.ConnectionsMore - 1);
        Tick(100);
        Assert.Equal(0, _compactions);

        Come(1);
        Tick(100);
        Come(-1);
        Tick(100);
        Come(1);
        Tick(100);

        Assert.Equal(1, _compactions);
    }

    [Fact]
    public void Again_when_as_many_more_came()
    {
        for (int i = 0; i < 3; i++)
        {
            Come(QuietCompaction.ConnectionsMore);
            Tick(100);
        }

        Assert.Equal(3, _compactions);
    }

    [Theory]
    [InlineData(QuietCompaction.QuietBytes + 1, 0)]
    [InlineData(0, 21)]
    public void Not_while_there_is_traffic(long allocatedBytes, int cpuMilliseconds)
    {
        Come(QuietCompaction.ConnectionsMore);
        for (int i = 0; i < 100; i++)
        {
            Work(allocatedBytes, cpuMilliseconds);
            Tick(1);
        }

        Assert.Equal(0, _compactions);
    }

    [Fact]
    public void Not_of_a_large_heap()
    {
        Come(QuietCompaction.ConnectionsMore);
        _state = _state with { HeapBytes = QuietCompaction.HeapBytesMax + 1 };
        Tick(100);

        Assert.Equal(0, _compactions);
    }

    private void Come(int count)
    {
        _state = _state with { Connections = _state.Connections + count };
        Work(QuietCompaction.QuietBytes + 1, cpuMilliseconds: 1);
        Tick(1);
    }

    private void Work(long allocatedBytes, int cpuMilliseconds) => _state = _state with
    {
        AllocatedBytes = _state.AllocatedBytes + allocatedBytes,
        Cpu = _state.Cpu + TimeSpan.FromMilliseconds(cpuMilliseconds),
    };

    private void Tick(int count)
    {
        for (int i = 0; i < count; i++) _compaction.OnTick(nowMilliseconds: 0);
    }
}
