using Broker.Persistence;
using Broker.Persistence.Postgres;
using Npgsql;

namespace Broker.UnitTests.Persistence;

/// <summary>The location of a PostgreSQL store as an operator writes it.</summary>
public sealed class PostgresLocationTests
{
    private const string Secret = "Geheim";

    [Theory]
    [InlineData("postgres://u:p@db.example:6432/name", "db.example", 6432, "u", "p", "name")]
    [InlineData("postgresql://u@db/name", "db", 5432, "u", null, "name")]
    [InlineData("POSTGRES://u:p@db/", "db", 5432, "u", "p", "u")]
    [InlineData("postgres://u%40x:p%3A%2F%3F%25@db/na%20me", "db", 5432, "u@x", "p:/?%", "na me")]
    [InlineData("postgres://u:p@ss/w:rd@db/name", "db", 5432, "u", "p@ss/w:rd", "name")]
    [InlineData("postgres://u@[::1]:6432/name", "::1", 6432, "u", null, "name")]
    [InlineData("postgres://u@/name?host=/run/postgresql&port=6432", "/run/postgresql", 6432, "u", null, "name")]
    [InlineData("postgres:///?user=u&dbname=name&password=p%26", "localhost", 5432, "u", "p&", "name")]
    public void An_address_is_read(string text, string host, int port, string user, string? password, string database)
    {
        NpgsqlConnectionStringBuilder settings = Settings(text);
        Assert.Equal(
            (host, port, user, password, database),
            (settings.Host, settings.Port, settings.Username, settings.Password, settings.Database));
    }

    [Fact]
    public void Parameters_are_read()
    {
        NpgsqlConnectionStringBuilder settings = Settings(
            "postgres://u@h/d?sslmode=verify-full&sslrootcert=/ca.crt&sslcert=/c.crt&sslkey=/c.key&connect_timeout=7"
            + "&command_timeout=8&application_name=it&schema=my%22schema");
        Assert.Equal(SslMode.VerifyFull, settings.SslMode);
        Assert.Equal(("/ca.crt", "/c.crt", "/c.key"), (settings.RootCertificate, settings.SslCertificate, settings.SslKey));
        Assert.Equal((7, 8), (settings.Timeout, settings.CommandTimeout));
        Assert.Equal(("it", "\"my\"\"schema\""), (settings.ApplicationName, settings.SearchPath));
    }

    [Fact]
    public void Without_parameters_a_stopped_server_is_noticed_and_no_connection_is_shared()
    {
        NpgsqlConnectionStringBuilder settings = Settings("postgres://u@h/d");
        Assert.Equal((5, 10, false), (settings.Timeout, settings.CommandTimeout, settings.Pooling));
    }

    [Theory]
    [InlineData("postgres:u@h/d", "two slashes")]
    [InlineData("postgres://u:Geheim@a,b/d", "one host")]
    [InlineData("postgres://u:Geheim@h:0/d", "1 to 65535")]
    [InlineData("postgres://u:Geheim@h:x/d", "1 to 65535")]
    [InlineData("postgres://u:1?Geheim@h/d", "%3F")]
    [InlineData("postgres://u:Geheim@h/d?sslmode=on", "verify-full")]
    [InlineData("postgres://u:Geheim@h/d?connect_timeout=0", "seconds")]
    [InlineData("postgres://u:Geheim@h/d?keepalives=1", "\"keepalives\" is not a parameter")]
    [InlineData("postgres://u:Geheim@h/d?schema", "schema needs a value")]
    [InlineData("redis://u:Geheim@h/1", "postgres://user:password@host/database")]
    public void What_is_wrong_is_said_without_the_password(string text, string words)
    {
        StoreOpening opening = StateStores.Open(new StoreOptions { Location = text });
        Assert.Equal(StoreTroubleKind.BadLocation, opening.Trouble!.Kind);
        Assert.Contains(words, opening.Trouble.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, opening.Trouble.Sentence, StringComparison.Ordinal);
    }

    private static NpgsqlConnectionStringBuilder Settings(string text)
    {
        Assert.True(PostgresLocation.TryParse(text, out PostgresLocation? location, out string? fault), fault);
        using NpgsqlConnection connection = location.NewConnection();
        return new NpgsqlConnectionStringBuilder(connection.ConnectionString);
    }
}
