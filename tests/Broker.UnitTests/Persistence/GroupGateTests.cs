using Broker.Persistence.GroupCommit;
using Broker.TestKit;

namespace Broker.UnitTests.Persistence;

public sealed class GroupGateTests
{
    private const int GroupsPerThread = 20_000;

    [Fact]
    public async Task Whoever_closes_the_gate_sees_whole_groups_only()
    {
        GroupGate gate = new();
        long first = 0;
        long second = 0;
        void OpenGroups()
        {
            for (int i = 0; i < GroupsPerThread; i++)
            {
                gate.Enter();
                Interlocked.Increment(ref first);
                Interlocked.Increment(ref second);
                gate.Leave();
            }
        }
        Task all = Task.WhenAll(Enumerable.Range(0, 3)
            .Select(_ => Task.Factory.StartNew(OpenGroups, TaskCreationOptions.LongRunning)));
        do
        {
            gate.Close();
            Assert.Equal(Volatile.Read(ref first), Volatile.Read(ref second));
            gate.Open();
        }
        while (!all.IsCompleted);
        await all;
        Assert.Equal(3L * GroupsPerThread, second);
    }

    [Fact]
    public async Task A_group_within_a_group_ends_with_the_outer_one()
    {
        GroupGate gate = new();
        gate.Enter();
        gate.Enter();
        gate.Leave();
        Task closed = Task.Factory.StartNew(gate.Close, TaskCreationOptions.LongRunning);
        Assert.False(closed.IsCompleted);
        gate.Leave();
        await closed.WaitAsync(TestTime.Patience);
    }
}
