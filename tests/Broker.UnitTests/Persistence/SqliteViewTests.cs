using System.Data.Common;
using Broker.TestKit.Stores;

namespace Broker.UnitTests.Persistence;

/// <summary>The views of a file.</summary>
public sealed class SqliteViewTests : StateViewTests
{
    protected override IStoreUnderTest NewPlace() => new StoreFile();

    protected override bool IsOfType(DbDataReader row, int column, string documented) => row.IsDBNull(column)
        || documented switch
        {
            "text" => row.GetValue(column) is string,
            "bytes" => row.GetValue(column) is byte[],
            "yes/no" => row.GetValue(column) is 0L or 1L,
            "integer" or "bigint" => row.GetValue(column) is long,
            _ => false,
        };
}
