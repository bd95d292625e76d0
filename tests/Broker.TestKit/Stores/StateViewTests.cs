using System.Data.Common;
using Broker.Persistence;
using Xunit;

namespace Broker.TestKit.Stores;

/// <summary>
/// docs/sql.md keeps its word: queries run as they stand there, and each view has the columns that it lists. Each database has a
/// class that inherits it.
/// </summary>
public abstract class StateViewTests
{
    /// <summary>An empty place for a store.</summary>
    protected abstract IStoreUnderTest NewPlace();

    /// <summary>Whether a column is of a type of the document.</summary>
    protected abstract bool IsOfType(DbDataReader row, int column, string documented);

    [Fact]
    public void Every_query_of_the_document_answers_with_rows()
    {
        using IStoreUnderTest place = NewSample();
        using DbConnection connection = place.Connect();
        Assert.NotEmpty(SqlDocument.Queries);
        Assert.All(SqlDocument.Queries, query =>
        {
            using DbCommand command = Command(connection, query);
            using DbDataReader reader = command.ExecuteReader();
            Assert.True(reader.Read(), query);
        });
    }

    [Fact]
    public void Every_view_has_the_columns_of_the_document_and_their_types()
    {
        using IStoreUnderTest place = NewSample();
        using DbConnection connection = place.Connect();
        Assert.Equal(
            ["mqtt_bans", "mqtt_inflight", "mqtt_queued", "mqtt_retained", "mqtt_sessions", "mqtt_subscriptions"],
            SqlDocument.Views.Keys.Order());
        foreach ((string view, (string Name, string Type)[] columns) in SqlDocument.Views)
        {
            using DbCommand command = Command(connection, $"SELECT * FROM {view}");
            using DbDataReader reader = command.ExecuteReader();
            Assert.Equal(columns.Select(column => column.Name), Enumerable.Range(0, reader.FieldCount).Select(reader.GetName));
            while (reader.Read())
            {
                for (int i = 0; i < columns.Length; i++)
                    Assert.True(IsOfType(reader, i, columns[i].Type), $"{view}.{columns[i]} is a {reader.GetDataTypeName(i)}");
            }
        }
    }

    [Theory]
    [InlineData("SELECT queued FROM mqtt_sessions WHERE client_id = 'reader'", 2)]
    [InlineData("SELECT inflight FROM mqtt_sessions WHERE client_id = 'reader'", 2)]
    [InlineData("SELECT payload_bytes FROM mqtt_sessions WHERE client_id = 'reader'", 23)]
    [InlineData("SELECT queued FROM mqtt_sessions WHERE client_id = 'panel'", 1)]
    [InlineData("SELECT subscriptions FROM mqtt_sessions WHERE client_id = 'panel'", 2)]
    [InlineData("SELECT count(*) FROM mqtt_sessions WHERE is_connected", 1)]
    [InlineData("SELECT count(*) FROM mqtt_sessions WHERE will_topic = 'plant/panel/gone'", 1)]
    [InlineData("SELECT away_seconds / 60 FROM mqtt_sessions WHERE client_id = 'reader'", 3 * 24 * 60)]
    [InlineData("SELECT (expires_in_seconds + 59) / 60 FROM mqtt_sessions WHERE client_id = 'archive'", 6 * 24 * 60)]
    [InlineData("SELECT packet_id FROM mqtt_inflight WHERE is_released", 1)]
    [InlineData("SELECT count(*) FROM mqtt_inflight WHERE NOT is_released", 1)]
    [InlineData("SELECT qos FROM mqtt_subscriptions WHERE filter = 'plant/#'", 2)]
    [InlineData("SELECT count(*) FROM mqtt_subscriptions WHERE no_local", 1)]
    [InlineData("SELECT count(*) FROM mqtt_subscriptions WHERE retain_as_published", 1)]
    [InlineData("SELECT retain_handling FROM mqtt_subscriptions WHERE filter = 'plant/#'", 2)]
    [InlineData("SELECT (expires_in_seconds + 59) / 60 FROM mqtt_bans WHERE who = 'probe 7' AND reason = 'floods'", 24 * 60)]
    [InlineData("SELECT count(*) FROM mqtt_bans WHERE expires_at IS NULL", 1)]
    [InlineData("SELECT count(*) FROM mqtt_subscriptions WHERE share_name = 'workers'", 2)]
    public void A_column_says_what_the_document_says(string query, long expected)
    {
        using IStoreUnderTest place = NewSample();
        Assert.Equal(expected, place.Number(query));
    }

    private IStoreUnderTest NewSample()
    {
        IStoreUnderTest place = NewPlace();
        using DurableStateStore store = place.Open();
        SampleState.WriteTo(store);
        return place;
    }

    private static DbCommand Command(DbConnection connection, string sql)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}
