using Broker.Persistence;
using Broker.TestKit.Stores;

namespace Broker.UnitTests.Persistence;

/// <summary>Any changes, in any batches: what a crash leaves is what they meant at one instant.</summary>
public sealed class RandomStateTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task A_crash_leaves_the_state_of_one_ticket_which_is_no_older_than_the_durable_one(int seed)
    {
        using StoreFile file = new();
        RandomChanges changes = new(seed);
        using DurableStateStore store = file.Open();
        List<string> states = [""];
        Random random = new(seed);
        for (int image = 0; image < 8; image++)
        {
            for (int count = random.Next(1, 150); count > 0; count--)
            {
                Assert.Equal(states.Count, store.Append(changes.Next()));
                states.Add(changes.Model.ToString());
                if (random.Next(20) == 0) await StoreFile.CommittedAsync(store, states.Count - 1);
            }
            long durable = store.DurableTicket;
            using DurableStateStore survivor = StoreFile.OpenAt(file.CrashImage($"image-{image}.db"));
            long ticket = await StateModel.TicketOfAsync(survivor);
            // A batch in which everything cancels out is durable without a commit.
            Assert.True(ticket >= durable || states[(int)ticket] == states[(int)durable], $"{ticket} of {durable}");
            Assert.Equal(states[(int)ticket], await StateModel.TextOfAsync(survivor));
        }
    }
}
