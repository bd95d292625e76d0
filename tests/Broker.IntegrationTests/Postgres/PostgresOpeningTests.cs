using Broker.Persistence;
using Broker.Persistence.Ef;
using Broker.Persistence.Postgres;
using Broker.TestKit.Processes;
using Npgsql;

namespace Broker.IntegrationTests.Postgres;

/// <summary>Every way in which a store cannot be opened is a value, and no sentence has the password.</summary>
[Collection(nameof(PostgresCollection))]
public sealed class PostgresOpeningTests(PostgresFixture fixture)
{
    private const string WrongPassword = "Geheim-1";

    private readonly PostgresServer _server = fixture.Server;

    [Fact]
    public async Task One_of_many_openers_gets_an_empty_database_and_the_others_are_told_who()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(_server);
        var openings = new StoreOpening[4];
        Parallel.For(
            0, openings.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, index => openings[index] = place.TryOpen());
        StoreOpening winner = Assert.Single(openings, opening => opening.IsOpen);
        foreach (StoreOpening loser in openings.Where(opening => opening != winner))
        {
            Expect(loser, StoreTroubleKind.InUse, "another broker");
            Expect(loser, StoreTroubleKind.InUse, $"broker {Environment.ProcessId} on {Environment.MachineName}");
        }
        winner.Store!.Dispose();
        place.Open().Dispose();
    }

    [Fact]
    public async Task Many_may_bring_the_tables_up_to_date_at_once()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(_server);
        var states = new SchemaState[4];
        Parallel.For(0, states.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, index =>
        {
            using NpgsqlConnection connection = place.Connect();
            states[index] = PostgresSchema.Prepare(connection);
        });
        Assert.All(states, state => Assert.Equal(SchemaState.Current, state));
    }

    [Fact]
    public async Task A_schema_of_a_newer_release_is_refused()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(_server);
        place.Open().Dispose();
        place.Execute("INSERT INTO \"__EFMigrationsHistory\" VALUES ('20991231000000_Later', '99')");
        Expect(place.TryOpen(), StoreTroubleKind.Newer, "newer release");
    }

    [Theory]
    [InlineData("CREATE TABLE session (a int)")]
    [InlineData("CREATE VIEW mqtt_queued AS SELECT 1 AS a")]
    [InlineData("CREATE TABLE \"__EFMigrationsHistory\" (\"MigrationId\" text, \"ProductVersion\" text)")]
    public async Task Tables_of_another_program_with_our_names_are_left_alone(string theirs)
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(_server);
        place.Execute(theirs);
        Expect(place.TryOpen(), StoreTroubleKind.Foreign, "another program");
        Assert.Equal(1, place.Number("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"));
    }

    [Fact]
    public async Task Tables_of_another_program_with_other_names_are_no_trouble()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(_server);
        place.Execute("CREATE TABLE theirs (a int)");
        place.Open().Dispose();
    }

    [Fact]
    public async Task Two_brokers_may_have_a_schema_each()
    {
        using PostgresPlace first = await PostgresPlace.NewAsync(_server);
        PostgresPlace second = new(_server, first.Location + "?schema=second%22one");
        Expect(second.TryOpen(), StoreTroubleKind.Unreachable, "schema");
        first.Execute("CREATE SCHEMA \"second\"\"one\"");
        using DurableStateStore one = first.Open();
        using DurableStateStore two = second.Open();
        Assert.Equal(1, first.Number("SELECT count(*) FROM \"second\"\"one\".store_state"));
    }

    [Fact]
    public async Task A_wrong_password_is_told_with_the_user()
    {
        string location = await _server.CreateDatabaseAsync();
        string wrong = _server.UrlOf(new Uri(location).AbsolutePath, password: WrongPassword);
        Expect(Open(wrong), StoreTroubleKind.Unreachable, $"does not let \"{_server.User}\" in");
    }

    [Fact]
    public void A_database_that_is_missing_is_named_with_the_way_to_make_it() =>
        Expect(Open(_server.UrlOf("nowhere")), StoreTroubleKind.Unreachable, "CREATE DATABASE \"nowhere\"");

    [Fact]
    public void A_server_that_is_not_there_is_named() => Expect(
        Open($"postgres://u:{WrongPassword}@127.0.0.1:{FreePorts.Take()}/d"), StoreTroubleKind.Unreachable, "cannot be reached");

    [Fact]
    public async Task A_role_that_may_not_make_tables_is_named()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(_server);
        place.Execute($"CREATE ROLE guest LOGIN PASSWORD '{WrongPassword}'; REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        string location = _server.UrlOf(new Uri(place.Location).AbsolutePath, "guest", WrongPassword);
        Expect(Open(location), StoreTroubleKind.Unreachable, "\"guest\" may not");
    }

    [Fact]
    public async Task An_encoding_that_cannot_hold_every_topic_is_refused()
    {
        string location = await _server.CreateDatabaseAsync(
            "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        Expect(Open(location), StoreTroubleKind.Foreign, "SQL_ASCII");
    }

    [Fact]
    public async Task A_database_that_takes_no_writes_is_refused()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(_server);
        place.Open().Dispose();
        // As a standby would answer, but for its own reason.
        place.Execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            + "'BEGIN RAISE EXCEPTION ''cannot execute UPDATE in a read-only transaction'' USING ERRCODE = ''25006''; END'; "
            + "CREATE TRIGGER refuse BEFORE UPDATE ON store_state FOR EACH ROW EXECUTE FUNCTION refuse()");
        Expect(place.TryOpen(), StoreTroubleKind.Unreachable, "takes no writes");
    }

    [Fact]
    public async Task A_store_is_opened_through_a_socket()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(_server);
        string folder = (string)place.Scalar("SHOW unix_socket_directories")!;
        if (!File.Exists(Path.Combine(folder, $".s.PGSQL.{_server.Port}"))) return; // The server is not on this machine.
        string name = new Uri(place.Location).AbsolutePath;
        string password = Uri.EscapeDataString(_server.Password);
        string location = $"postgres://{_server.User}:{password}@:{_server.Port}{name}?host={folder}";
        StoreOpening opening = Open(location);
        Assert.True(opening.IsOpen, opening.Trouble?.Sentence);
        opening.Store.Dispose();
    }

    private static StoreOpening Open(string location) => StateStores.Open(new StoreOptions { Location = location });

    private void Expect(StoreOpening opening, StoreTroubleKind kind, string words)
    {
        Assert.False(opening.IsOpen);
        Assert.Contains(words, opening.Trouble.Sentence, StringComparison.Ordinal);
        Assert.Equal(kind, opening.Trouble.Kind);
        Assert.DoesNotContain(WrongPassword, opening.Trouble.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Password, opening.Trouble.Sentence, StringComparison.Ordinal);
    }
}
