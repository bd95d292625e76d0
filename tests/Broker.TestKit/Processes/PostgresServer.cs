using Npgsql;

namespace Broker.TestKit.Processes;

/// <summary>A PostgreSQL server for tests, and a database of its own for each.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>
    /// Names a server to use: <c>postgres://user:password@host:port/database</c>, whose user may create databases.
    /// </summary>
    private const string Variable = "BROKER_TEST_POSTGRES";

    private readonly IPostgresHost? _host;
    private readonly UriBuilder _address;
    private int _databases;

    private PostgresServer(IPostgresHost host)
        : this(host.Address) => _host = host;

    private PostgresServer(Uri address) => _address = new UriBuilder(address);

    /// <summary>Password of the user in the URLs, as it is, not encoded: it has what a URL has to encode.</summary>
    public string Password => Uri.UnescapeDataString(_address.Password);

    public string User => Uri.UnescapeDataString(_address.UserName);

    public int Port => _address.Port;

    /// <summary>
    /// A server that is only used: the one that the environment names, a container where a Docker engine answers, a throw-away
    /// cluster otherwise.
    /// </summary>
    public static async Task<PostgresServer> StartAsync() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } address
            ? new PostgresServer(new Uri(address))
            : await StartOwnAsync().ConfigureAwait(false);

    /// <summary>A server that a test may stop, kill and suspend: never the one that the environment names.</summary>
    public static async Task<PostgresServer> StartOwnAsync()
    {
        IPostgresHost host = PostgresContainer.IsPossible ? new PostgresContainer() : new PostgresCluster();
        try
        {
            await host.StartAsync().ConfigureAwait(false);
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        return new PostgresServer(host);
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its location, <c>postgres://...</c>.</returns>
    public async Task<string> CreateDatabaseAsync(string options = "ENCODING 'UTF8' TEMPLATE template0")
    {
        string name = $"test_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"CREATE DATABASE {name} {options}").ConfigureAwait(false);
        return UrlOf(name);
    }

    /// <summary>The location of a database, with other credentials perhaps; it need not exist.</summary>
    public string UrlOf(string database, string? user = null, string? password = null) => new UriBuilder(_address.Uri)
    {
        Scheme = "postgres",
        Path = database,
        UserName = user ?? _address.UserName,
        Password = Uri.EscapeDataString(password ?? Password),
    }.Uri.AbsoluteUri;

    /// <summary>Runs a statement as the user who may do everything.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection = await ConnectAsync(_address.Path.Trim('/')).ConfigureAwait(false);
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    /// <summary>A connection of somebody else to a database.</summary>
    /// <param name="database">Its name, or its location.</param>
    public async Task<NpgsqlConnection> ConnectAsync(string database)
    {
        NpgsqlConnectionStringBuilder settings = new()
        {
            Host = _address.Host,
            Port = _address.Port,
            Username = User,
            Password = Password,
            Database = database.StartsWith("postgres:", StringComparison.Ordinal) ? NameIn(database) : database,
            Pooling = false,
        };
        NpgsqlConnection connection = new(settings.ToString());
        await connection.OpenAsync().ConfigureAwait(false);
        return connection;
    }

    /// <summary>Ends the server's side of all connections to a database.</summary>
    public Task CutConnectionsAsync(string location) => ExecuteAsync(
        $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{NameIn(location)}'");

    /// <summary>Ends it in order.</summary>
    public Task StopAsync() => Host.StopAsync();

    /// <summary>Starts it again after it was stopped or killed.</summary>
    public Task StartAgainAsync() => Host.StartAsync();

    /// <summary>Ends every process of it without a chance to say goodbye.</summary>
    public Task KillAsync() => Host.KillAsync();

    /// <summary>Stands it still: connections stay open and nothing answers.</summary>
    public Task SuspendAsync() => Host.SuspendAsync();

    /// <summary>Lets it go on.</summary>
    public Task ResumeAsync() => Host.ResumeAsync();

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;

    private IPostgresHost Host =>
        _host ?? throw new InvalidOperationException($"The server that {Variable} names is not the test's to stop.");

    private static string NameIn(string location) => new Uri(location).AbsolutePath.Trim('/');
}

/// <summary>Where a server for tests runs.</summary>
internal interface IPostgresHost : IAsyncDisposable
{
    /// <summary>The address of a database of its user, once it was started.</summary>
    Uri Address { get; }

    Task StartAsync();

    Task StopAsync();

    Task KillAsync();

    Task SuspendAsync();

    Task ResumeAsync();
}
