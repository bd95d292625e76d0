using Broker.Cli;
using Broker.Configuration;
using Broker.Persistence;
using Broker.TestKit.Processes;
using Broker.TestKit.Stores;
using Microsoft.Data.Sqlite;

namespace Broker.UnitTests.Cli;

public sealed class DbCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    private string Store => _folder.File("broker.db");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("A command is missing")]
    [InlineData("Unknown command 'drop'", "drop")]
    [InlineData("Unknown option '--force'", "status", "--force")]
    [InlineData("status takes no file", "status", "x")]
    [InlineData("'y' is one argument too many", "export", "x", "y")]
    [InlineData("--json is for status", "verify", "--json")]
    [InlineData("--url argument given", "verify", "--url")]
    [InlineData("--url needs", "verify", "--url", "")]
    public async Task Wrong_arguments_are_named(string expected, params string[] words)
    {
        Assert.Equal(ExitCode.BadConfiguration, await RunAsync(words));
        Assert.Contains(expected, _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("broker db help", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("help")]
    [InlineData("-h")]
    [InlineData("status", "--help")]
    public async Task Help_is_printed(params string[] words)
    {
        Assert.Equal(ExitCode.Success, await RunAsync(words));
        Assert.Contains("Usage: broker db COMMAND", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_not_made()
    {
        Assert.Equal(ExitCode.Failure, await RunAsync("status", "--url", Store));
        Assert.Contains($"There is no store at {Store}", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task The_store_of_the_file_is_found()
    {
        MakeSample(Store);
        string file = _folder.Write("a.conf", $"persistence true\npersistence_location {_folder.Path}\n");
        Assert.Equal(ExitCode.Success, await RunAsync("status", "-c", file));
        Assert.Contains($"store            {Store}", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("no broker has it open", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_without_a_store_is_named()
    {
        string file = _folder.Write("a.conf", "persistence false\n");
        Assert.Equal(ExitCode.BadConfiguration, await RunAsync("status", "-c", file));
        Assert.Contains($"{file} keeps no state", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beside_mosquittos_own_file_the_brokers_is_found()
    {
        string theirs = _folder.File("mosquitto.db");
        File.WriteAllBytes(theirs, [0x00, 0xB5, 0x00, .. "mosquitto db"u8, .. new byte[40]]);
        MakeSample(theirs + ".broker");
        string file = _folder.Write(
            "a.conf", $"persistence true\npersistence_location {_folder.Path}\npersistence_file mosquitto.db\n");
        Assert.Equal(ExitCode.Success, await RunAsync("verify", "-c", file));
    }

    [Fact]
    public async Task A_status_for_programs_is_one_line_of_json()
    {
        MakeSample(Store);
        Assert.Equal(ExitCode.Success, await RunAsync("status", "--json", "--url", Store));
        using System.Text.Json.JsonDocument status = System.Text.Json.JsonDocument.Parse(_output.ToString());
        Assert.False(status.RootElement.GetProperty("is_open").GetBoolean());
        Assert.Equal(2, status.RootElement.GetProperty("counts").GetProperty("sessions_away").GetInt64());
        Assert.Single(_output.ToString().Trim().Split('\n'));
    }

    [Fact]
    public async Task A_finding_is_printed_and_makes_the_exit_status_1()
    {
        MakeSample(Store);
        Execute("DELETE FROM session WHERE client_id = 'archive'");
        Assert.Equal(ExitCode.Failure, await RunAsync("verify", "--url", Store));
        Assert.Contains("delivery without its session", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("findings", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_store_is_shown_and_otherwise_refused()
    {
        MakeSample(Store);
        Execute("INSERT INTO \"__EFMigrationsHistory\" VALUES ('20991231000000_Later', '99')");
        Assert.Equal(ExitCode.Success, await RunAsync("status", "--url", Store));
        foreach (string command in (string[])["verify", "migrate", "export"])
        {
            Assert.Equal(ExitCode.Failure, await RunAsync(command, "--url", Store));
            Assert.Contains("newer release", _error.ToString(), StringComparison.Ordinal);
            _error.GetStringBuilder().Clear();
        }
    }

    [Fact]
    public async Task An_export_is_private_and_replaces_no_file()
    {
        MakeSample(Store);
        string file = _folder.File("export.jsonl");
        Assert.Equal(ExitCode.Success, await RunAsync("export", file, "--url", Store));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(ExitCode.Failure, await RunAsync("export", file, "--url", Store));
        Assert.Contains(file, _error.ToString(), StringComparison.Ordinal);
        string copy = _folder.File("copy.db");
        Assert.Equal(ExitCode.Success, await RunAsync("import", file, "--url", copy));
        Assert.Equal(ExitCode.Success, await RunAsync("verify", "--url", copy));
    }

    [Fact]
    public async Task Migrate_says_that_there_is_nothing_to_do()
    {
        MakeSample(Store);
        Assert.Equal(ExitCode.Success, await RunAsync("migrate", "--url", Store));
        Assert.Contains("already", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://ann:s3cret@127.0.0.1:1/db")]
    [InlineData("postgres://ann:s3cret@x@127.0.0.1:1/db")]
    [InlineData("redis://ann:s3cret@host/db")]
    [InlineData("postgres://127.0.0.1:1/db?password=s3cret")]
    public async Task A_password_is_never_printed(string url)
    {
        Assert.Equal(ExitCode.Failure, await RunAsync("status", "--url", url));
        Assert.DoesNotContain("s3cret", _error.ToString() + _output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", StateStores.Shown(url), StringComparison.Ordinal);
    }

    [Fact]
    public void A_location_without_a_password_is_shown_as_it_is() =>
        Assert.Equal("postgres://ann@host/db?sslmode=require", StateStores.Shown("postgres://ann@host/db?sslmode=require"));

    private static void MakeSample(string path)
    {
        using DurableStateStore store = StateStores.Open(new StoreOptions { Location = path }).Store!;
        SampleState.WriteTo(store);
    }

    private void Execute(string sql)
    {
        using SqliteConnection connection = new($"Data Source={Store};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private Task<int> RunAsync(params string[] words) =>
        new DbCommand(new StandardStreams(TextReader.Null, _output, _error)).RunAsync(words, CancellationToken.None);
}
