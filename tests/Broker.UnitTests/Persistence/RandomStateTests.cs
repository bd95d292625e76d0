using Broker.Persistence;

namespace Broker.UnitTests.Persistence;

/// <summary>Any changes, in any batches: what is read back is what they mean.</summary>
public sealed class RandomStateTests
{
    private const string Orphans = "SELECT count(*) FROM message WHERE id NOT IN (SELECT message_id FROM delivery)";
    private const string Childless = "SELECT count(*) FROM delivery WHERE message_id NOT IN (SELECT id FROM message)";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_is_read_after_any_changes_and_reopenings_is_what_they_mean(int seed)
    {
        using StoreFile file = new();
        RandomChanges changes = new(seed);
        Random random = new(seed);
        for (int round = 0; round < 20; round++)
        {
            using (DurableStateStore store = file.Open())
            {
                Assert.Equal(changes.Model.ToString(), await StateModel.TextOfAsync(store));
                for (int count = random.Next(120); count > 0; count--)
                {
                    long ticket = store.Append(changes.Next());
                    if (random.Next(10) == 0) await StoreFile.CommittedAsync(store, ticket);
                }
            }
            Assert.Equal(0, file.Number(Orphans));
            Assert.Equal(0, file.Number(Childless));
        }
    }

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
