using Broker.Diagnostics;

namespace Broker.UnitTests.Diagnostics;

public sealed class QuietReturnTests
{
    private const long MiB = 1024 * 1024;

    private readonly QuietReturn _return;
    private HeapState _state = new() { HeapBytes = 20 * MiB, CommittedBytes = 30 * MiB };
    private int _collections;
    private int _compactions;

    public QuietReturnTests() => _return = new QuietReturn(() => _state, () => _collections++, () => _compactions++);

    [Fact]
    public void What_a_rush_left_is_collected_and_then_given_back_when_it_is_quiet()
    {
        Rush();
        Tick(QuietReturn.Ticks);
        Assert.Equal((1, 0), (_collections, _compactions));

        _state = _state with { HeapBytes = 25 * MiB };
        Tick(QuietReturn.Ticks);
        Assert.Equal((1, 1), (_collections, _compactions));

        _state = _state with { CommittedBytes = 30 * MiB };
        Tick(100);
        Assert.Equal((1, 1), (_collections, _compactions));
    }

    [Fact]
    public void What_turns_out_to_be_in_use_is_not_looked_for_again()
    {
        Rush();
        Tick(100);

        Assert.Equal((1, 0), (_collections, _compactions));
    }

    [Fact]
    public void A_large_heap_is_not_stopped_for()
    {
        Rush();
        Tick(QuietReturn.Ticks);
        _state = _state with { HeapBytes = QuietCompaction.HeapBytesMax + 1, CommittedBytes = 1000 * MiB };
        Tick(100);

        Assert.Equal((1, 0), (_collections, _compactions));
    }

    [Fact]
    public void Nothing_is_done_while_there_is_more_garbage_each_second()
    {
        Rush();
        Tick(100, QuietReturn.StillBytes + 1, cpuMilliseconds: 0);

        Assert.Equal((0, 0), (_collections, _compactions));
    }

    [Fact]
    public void Traffic_that_allocates_nothing_is_collected_beside_and_not_stopped_for()
    {
        Rush();
        Tick(QuietReturn.Ticks, 0, cpuMilliseconds: 51);
        _state = _state with { HeapBytes = 25 * MiB };
        Tick(100, 0, cpuMilliseconds: 51);
        Assert.Equal((1, 0), (_collections, _compactions));

        Tick(100, 0, cpuMilliseconds: 50);

        Assert.Equal((1, 1), (_collections, _compactions));
    }

    [Fact]
    public void The_next_rush_is_collected_too()
    {
        for (int i = 0; i < 3; i++)
        {
            Rush();
            Tick(QuietReturn.Ticks);
            _state = _state with { HeapBytes = 25 * MiB };
            Tick(100);
        }

        Assert.Equal((3, 3), (_collections, _compactions));
    }

    [Fact]
    public void A_heap_that_hardly_grew_is_left_alone()
    {
        Tick(1);
        _state = _state with { HeapBytes = _state.HeapBytes + QuietReturn.SlackBytes - 1 };
        Tick(100);

        Assert.Equal(0, _collections);
    }

    private void Rush()
    {
        Tick(1);
        Work(1000 * MiB, cpuMilliseconds: 900);
        _state = _state with { HeapBytes = 90 * MiB, CommittedBytes = 100 * MiB };
        Tick(1);
    }

    private void Work(long allocatedBytes, int cpuMilliseconds) => _state = _state with
    {
        AllocatedBytes = _state.AllocatedBytes + allocatedBytes,
        Cpu = _state.Cpu + TimeSpan.FromMilliseconds(cpuMilliseconds),
    };

    private void Tick(int count, long allocatedBytes = 0, int cpuMilliseconds = 0)
    {
        for (int i = 0; i < count; i++)
        {
            Work(allocatedBytes, cpuMilliseconds);
            _return.OnTick(nowMilliseconds: 0);
        }
    }
}
