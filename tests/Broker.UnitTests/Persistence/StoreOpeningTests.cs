using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Persistence.Ef;
using Broker.Persistence.Sqlite;
using Broker.TestKit;
using Microsoft.Data.Sqlite;

namespace Broker.UnitTests.Persistence;

/// <summary>Every way in which a store cannot be opened is a value.</summary>
public sealed class StoreOpeningTests
{
    [Fact]
    public void One_of_many_openers_gets_the_store_and_the_others_are_told()
    {
        using StoreFile file = new();
        var openings = new StoreOpening[4];
        Parallel.For(0, openings.Length, index => openings[index] = Open(file.Path));
        StoreOpening winner = Assert.Single(openings, opening => opening.IsOpen);
        IEnumerable<StoreOpening> losers = openings.Where(opening => opening != winner);
        Assert.All(losers, opening => Expect(opening, StoreTroubleKind.InUse, "another broker"));
        winner.Store!.Dispose();
        file.Open().Dispose();
    }

    [Fact]
    public void Many_may_bring_the_tables_up_to_date_at_once()
    {
        using StoreFile file = new();
        var states = new SchemaState[4];
        Parallel.For(0, states.Length, index =>
        {
            using SqliteConnection connection = file.Connect();
            states[index] = SqliteSchema.Prepare(connection);
        });
        Assert.All(states, state => Assert.Equal(SchemaState.Current, state));
    }

    [Fact]
    public void A_schema_of_a_newer_release_is_refused()
    {
        using StoreFile file = new();
        file.Open().Dispose();
        file.Execute("INSERT INTO \"__EFMigrationsHistory\" VALUES ('20991231000000_Later', '99')");
        Expect(Open(file.Path), StoreTroubleKind.Newer, "newer release");
    }

    [Fact]
    public void A_database_of_another_program_is_left_alone()
    {
        using StoreFile file = new();
        file.Execute("CREATE TABLE theirs (a)");
        Expect(Open(file.Path), StoreTroubleKind.Foreign, "another program");
        Assert.Equal(1, file.Number("SELECT count(*) FROM sqlite_master"));
    }

    [Fact]
    public void The_store_of_mosquitto_is_left_alone()
    {
        using StoreFile file = new();
        File.WriteAllBytes(file.Path, [0x00, 0xB5, 0x00, .. "mosquitto db"u8, .. new byte[40]]);
        Expect(Open(file.Path), StoreTroubleKind.Mosquittos, "mosquitto");
    }

    [Fact]
    [Demand("A3"), Demand("A5")]
    public async Task A_file_that_lost_its_contents_is_damaged_and_its_log_is_kept()
    {
        using StoreFile file = new();
        using DurableStateStore store = file.Open();
        await StoreFile.CommittedAsync(store, store.Append(new SessionPut("a", null, 60)));
        long logBytes = new FileInfo(file.Path + "-wal").Length;
        string image = file.CrashImage("image.db");
        File.WriteAllBytes(image, []);

        Expect(Open(image), StoreTroubleKind.Damaged, "is empty, but its log");

        Assert.True(logBytes > 0);
        Assert.Equal(logBytes, new FileInfo(image + "-wal").Length);
    }

    [Theory]
    [Demand("A5")]
    [InlineData(0)]
    [InlineData(4096)]
    public void A_damaged_file_is_named(int from)
    {
        using StoreFile file = new();
        file.Open().Dispose();
        using (FileStream stream = File.OpenWrite(file.Path))
        {
            stream.Position = from;
            stream.Write(Enumerable.Repeat((byte)0xA5, (int)stream.Length - from).ToArray());
        }
        Expect(Open(file.Path), StoreTroubleKind.Damaged, "damaged");
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named_with_the_user()
    {
        using StoreFile file = new();
        File.WriteAllText(file.Path, "");
        string path = Path.Combine(file.Path, "below", "broker.db");
        StoreOpening opening = Open(path);
        Expect(opening, StoreTroubleKind.Unreachable, Environment.UserName);
        Assert.Equal(path, opening.Trouble!.Path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sqlite:")]
    [InlineData("sqlite://")]
    [InlineData("redis://host/1")]
    [InlineData("sqlite:///a.db?mode=ro")]
    public void A_location_that_is_none_is_named(string location) =>
        Expect(Open(location), StoreTroubleKind.BadLocation, location);

    [Fact]
    public void A_location_may_be_written_as_an_address()
    {
        using StoreFile file = new();
        StoreFile.OpenAt("sqlite://" + file.Path).Dispose();
        Assert.True(File.Exists(file.Path));
    }

    private static StoreOpening Open(string location) => StateStores.Open(new StoreOptions { Location = location });

    private static void Expect(StoreOpening opening, StoreTroubleKind kind, string words)
    {
        Assert.False(opening.IsOpen);
        Assert.Equal(kind, opening.Trouble.Kind);
        Assert.Contains(words, opening.Trouble.Sentence, StringComparison.Ordinal);
    }
}
