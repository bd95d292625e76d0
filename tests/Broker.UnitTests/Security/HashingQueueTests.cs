using Broker.Security;
using Broker.TestKit;

namespace Broker.UnitTests.Security;

public sealed class HashingQueueTests
{
    private static readonly PasswordHash Quick = PasswordHash.Create(PasswordHashKind.Sha512, "secret"u8);
    private static readonly PasswordHash Slow =
        PasswordHash.Create(PasswordHashKind.Sha512Pbkdf2, "secret"u8, iterations: 300_000);

    [Fact]
    public async Task A_continuation_runs_on_the_pool_and_not_on_the_hashing_thread()
    {
        using HashingQueue queue = new(threads: 1);

        Assert.True(await queue.TryVerify(Slow, "secret"u8, default)!.WaitAsync(TestTime.Patience));

        Assert.NotEqual("password hashing", Thread.CurrentThread.Name);
    }

    [Fact]
    public async Task A_full_line_refuses_at_once()
    {
        using HashingQueue queue = new(threads: 1, pendingMax: 2);

        // So many that the line is full at some time, however fast the thread is at it.
        Task<bool>?[] tasks = [.. Enumerable.Range(0, 200).Select(_ => queue.TryVerify(Slow, "secret"u8, default))];

        Assert.InRange(tasks.Count(task => task is null), 1, 198);
        Assert.All(await Task.WhenAll(tasks.OfType<Task<bool>>()).WaitAsync(TestTime.Patience), Assert.True);
    }

    [Fact]
    public async Task What_is_cancelled_while_it_waits_is_not_computed()
    {
        using HashingQueue queue = new(threads: 1);
        using CancellationTokenSource gone = new();
        Task<bool> first = queue.TryVerify(Slow, "secret"u8, default)!;
        Task<bool> second = queue.TryVerify(Quick, "secret"u8, gone.Token)!;

        await gone.CancelAsync();

        await Assert.ThrowsAsync<TaskCanceledException>(() => second.WaitAsync(TestTime.Patience));
        Assert.True(await first.WaitAsync(TestTime.Patience));
    }

    [Fact]
    public async Task A_stop_cancels_those_who_wait_and_refuses_those_who_come()
    {
        HashingQueue queue = new(threads: 1);
        Task<bool>[] waiting = [.. Enumerable.Range(0, 20).Select(_ => queue.TryVerify(Slow, "secret"u8, default)!)];

        queue.Dispose();

        Assert.Null(queue.TryVerify(Quick, "secret"u8, default));
        await Assert.ThrowsAsync<TaskCanceledException>(() => waiting[^1].WaitAsync(TestTime.Patience));
        Assert.All(waiting, task => Assert.True(task.IsCompleted));
    }
}
