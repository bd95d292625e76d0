using Broker.Persistence;
using Broker.TestKit;
using Broker.TestKit.Stores;

namespace Broker.UnitTests.Persistence;

/// <summary>A power cut in the midst of writing: the log ends anywhere, or its end is not what was written.</summary>
public sealed class PowerCutTests
{
    private const int Commits = 40;
    private const int Cuts = 25;

    [Theory]
    [Demand("A3")]
    [InlineData(21, false)]
    [InlineData(22, false)]
    [InlineData(23, true)]
    [InlineData(24, true)]
    public async Task A_log_that_is_cut_or_torn_anywhere_leaves_the_state_of_one_commit(int seed, bool isTorn)
    {
        using StoreFile file = new();
        RandomChanges changes = new(seed);
        using DurableStateStore store = file.Open();
        List<string> states = [""];
        Random random = new(seed);
        for (int commit = 0; commit < Commits; commit++)
        {
            for (int count = random.Next(1, 6); count > 0; count--)
            {
                store.Append(changes.Next());
                states.Add(changes.Model.ToString());
            }
            await StoreFile.CommittedAsync(store, states.Count - 1);
        }

        HashSet<long> tickets = [];
        for (int cut = 0; cut < Cuts; cut++)
        {
            string image = file.CrashImage($"{cut}.db");
            Damage(image + "-wal", random, isTorn);
            using DurableStateStore survivor = StoreFile.OpenAt(image);
            long ticket = await StateModel.TicketOfAsync(survivor);
            Assert.Equal(states[(int)ticket], await StateModel.TextOfAsync(survivor));
            tickets.Add(ticket);
        }
        Assert.True(tickets.Count > Cuts / 3, $"all cuts led to {string.Join(' ', tickets)}");
    }

    /// <summary>Cuts the file off at any byte, or puts anything in the place of what follows it.</summary>
    private static void Damage(string path, Random random, bool isTorn)
    {
        using FileStream log = new(path, FileMode.Open, FileAccess.ReadWrite);
        int at = random.Next((int)log.Length);
        if (!isTorn)
        {
            log.SetLength(at);
            return;
        }
        byte[] noise = new byte[log.Length - at];
        random.NextBytes(noise);
        log.Position = at;
        log.Write(noise);
    }
}
