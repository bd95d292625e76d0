using System.Data.Common;
using System.Text.RegularExpressions;
using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.UnitTests.Repository;
using Microsoft.Data.Sqlite;

namespace Broker.UnitTests.Persistence;

/// <summary>docs/sql.md keeps its word: queries run as they stand there, and each view has the columns that it lists.</summary>
public sealed partial class SqlDocumentTests : IDisposable
{
    private readonly StoreFile _file = new();

    public SqlDocumentTests()
    {
        using DurableStateStore store = _file.Open();
        foreach (StateChange change in SampleState.Changes(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()))
            store.Append(change);
    }

    private static string Document => File.ReadAllText(Path.Combine(RepositoryTree.Root, "docs", "sql.md"));

    public static TheoryData<string> Queries =>
        [.. from Match block in SqlBlock().Matches(Document) select block.Groups["sql"].Value];

    public static TheoryData<string, string[]> Views
    {
        get
        {
            TheoryData<string, string[]> views = [];
            foreach (Match section in ViewSection().Matches(Document))
            {
                string[] rows = [.. from Match row in ColumnRow().Matches(section.Groups["rows"].Value)
                                    select $"{row.Groups["name"]} {row.Groups["type"]}"];
                foreach (Match view in ViewName().Matches(section.Groups["names"].Value)) views.Add(view.Value, rows);
            }
            return views;
        }
    }

    public void Dispose() => _file.Dispose();

    [Theory]
    [MemberData(nameof(Queries))]
    public void A_query_of_the_document_answers_with_rows(string query)
    {
        using SqliteConnection connection = _file.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = query;
        using SqliteDataReader reader = command.ExecuteReader();
        Assert.True(reader.Read(), query);
    }

    [Theory]
    [MemberData(nameof(Views))]
    public void A_view_has_the_columns_of_the_document_and_their_types(string view, string[] documented)
    {
        using SqliteConnection connection = _file.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM {view}";
        using SqliteDataReader reader = command.ExecuteReader();
        string[] expected = [.. documented.Where(row => view == "mqtt_inflight" || row != "is_released yes/no")];
        Assert.Equal(expected.Select(row => row.Split(' ')[0]), Enumerable.Range(0, reader.FieldCount).Select(reader.GetName));
        while (reader.Read())
        {
            for (int column = 0; column < reader.FieldCount; column++)
                Assert.True(Fits(reader, column, expected[column]), $"{expected[column]} is {reader.GetValue(column)}");
        }
    }

    [Fact]
    public void The_document_has_every_view() =>
        Assert.Equal(
            ["mqtt_inflight", "mqtt_queued", "mqtt_retained", "mqtt_sessions", "mqtt_subscriptions"],
            Views.Select(row => (string)row[0]).Order());

    [Theory]
    [InlineData("SELECT queued FROM mqtt_sessions WHERE client_id = 'reader'", 2)]
    [InlineData("SELECT inflight FROM mqtt_sessions WHERE client_id = 'reader'", 2)]
    [InlineData("SELECT payload_bytes FROM mqtt_sessions WHERE client_id = 'reader'", 23)]
    [InlineData("SELECT queued FROM mqtt_sessions WHERE client_id = 'panel'", 1)]
    [InlineData("SELECT subscriptions FROM mqtt_sessions WHERE client_id = 'panel'", 2)]
    [InlineData("SELECT count(*) FROM mqtt_sessions WHERE is_connected", 1)]
    [InlineData("SELECT away_seconds / 60 FROM mqtt_sessions WHERE client_id = 'reader'", 3 * 24 * 60)]
    [InlineData("SELECT (expires_in_seconds + 59) / 60 FROM mqtt_sessions WHERE client_id = 'archive'", 6 * 24 * 60)]
    [InlineData("SELECT packet_id FROM mqtt_inflight WHERE is_released", 1)]
    [InlineData("SELECT qos FROM mqtt_subscriptions WHERE filter = 'plant/#'", 2)]
    [InlineData("SELECT no_local FROM mqtt_subscriptions WHERE filter = 'plant/#'", 1)]
    [InlineData("SELECT retain_as_published FROM mqtt_subscriptions WHERE filter = 'plant/#'", 1)]
    [InlineData("SELECT retain_handling FROM mqtt_subscriptions WHERE filter = 'plant/#'", 2)]
    [InlineData("SELECT count(*) FROM mqtt_subscriptions WHERE share_name = 'workers'", 2)]
    public void A_column_says_what_the_document_says(string query, long expected) =>
        Assert.Equal(expected, _file.Number(query));

    private static bool Fits(DbDataReader row, int column, string documented) => row.IsDBNull(column)
        || documented.Split(' ')[1] switch
        {
            "text" => row.GetValue(column) is string,
            "bytes" => row.GetValue(column) is byte[],
            "yes/no" => row.GetValue(column) is 0L or 1L,
            "integer" or "bigint" => row.GetValue(column) is long,
            _ => false,
        };

    [GeneratedRegex(@"^```sql\n(?<sql>[\s\S]*?)^```", RegexOptions.Multiline)]
    private static partial Regex SqlBlock();

    [GeneratedRegex(@"^### (?<names>mqtt_.*)\n(?<rows>(?:(?!^#)[\s\S])*)", RegexOptions.Multiline)]
    private static partial Regex ViewSection();

    [GeneratedRegex(@"mqtt_\w+")]
    private static partial Regex ViewName();

    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<type>[\w/]+) \|", RegexOptions.Multiline)]
    private static partial Regex ColumnRow();
}
