using System.Data.Common;
using System.Globalization;

namespace Broker.Persistence.Inspection;

/// <summary>Asking whatever database it is.</summary>
internal static class InspectionQueries
{
    /// <summary>A command; its text is never made of what a client sent.</summary>
    public static DbCommand Query(this DbConnection connection, string sql)
    {
        DbCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts are constants.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    /// <summary>The number that a query answers; 0: none.</summary>
    public static long Number(this DbConnection connection, string sql)
    {
        using DbCommand command = connection.Query(sql);
        return command.ExecuteScalar() is { } value and not DBNull ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Runs a statement that answers nothing.</summary>
    public static void Run(this DbConnection connection, string sql)
    {
        using DbCommand command = connection.Query(sql);
        command.ExecuteNonQuery();
    }
}
