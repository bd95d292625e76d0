using Broker.Sessions;

namespace Broker.UnitTests.Sessions;

public sealed class RingQueueTests
{
    [Fact]
    public void It_behaves_as_a_queue_whatever_is_done_to_it()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        RingQueue<int> queue = new();
        Queue<int> model = new();
        for (int step = 0; step < 20_000; step++)
        {
            // Phases of growth and of shrinking, so that it becomes long, empty, and long again.
            bool isGrowing = step / 1000 % 2 == 0;
            if (random.Next(10) < (isGrowing ? 7 : 3))
            {
                queue.Enqueue(step);
                model.Enqueue(step);
            }
            else if (model.Count > 0)
            {
                Assert.True(queue.TryPeek(out int head));
                queue.Dequeue();
                Assert.True(model.Dequeue() == head, $"seed {seed}, step {step}");
            }
            Assert.True(queue.Count == model.Count, $"seed {seed}, step {step}");
        }
        Assert.Equal(model, Enumerable.Range(0, queue.Count).Select(offset => queue[offset]));
    }

    [Fact]
    public void An_item_in_the_middle_can_be_changed_in_place()
    {
        RingQueue<int> queue = new();
        for (int i = 0; i < 6; i++) queue.Enqueue(i);
        queue.Dequeue();

        queue[2] = 30;

        Assert.Equal([1, 2, 30, 4, 5], Enumerable.Range(0, queue.Count).Select(offset => queue[offset]));
    }

    [Fact]
    public void What_was_cleared_is_empty_and_can_be_used_again()
    {
        RingQueue<string> queue = new();
        for (int i = 0; i < 300; i++) queue.Enqueue("old");

        queue.Clear();
        queue.Enqueue("new");

        Assert.Equal(1, queue.Count);
        Assert.True(queue.TryPeek(out string? head));
        Assert.Equal("new", head);
    }

    [Fact]
    public void An_empty_one_has_no_head()
    {
        Assert.False(new RingQueue<int>().TryPeek(out _));
    }
}
