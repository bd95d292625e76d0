using System.Data.Common;
using Broker.Persistence.Loading;

namespace Broker.Persistence.Paging;

/// <summary>Reads pages with a command that is prepared once; the same words for every database.</summary>
internal sealed class DeliveryReader : IDeliveryReader
{
    // The session is looked up first and apart: with it known, the rows come from the key in their order and reading stops at the
    // limit. In a join PostgreSQL would sort the whole queue for each page.
    private const string Sql = RowReading.Deliveries
        + " WHERE d.session_id = (SELECT id FROM session WHERE client_id = @client) "
        + "AND d.sequence > @after AND d.sequence <= @through ORDER BY d.sequence LIMIT @count";

    private readonly DbConnection _connection;
    private readonly DbCommand _command;

    /// <param name="connection">Open; closed with this.</param>
    public DeliveryReader(DbConnection connection)
    {
        _connection = connection;
        _command = connection.CreateCommand();
        _command.CommandText = Sql;
        Add("@client", "");
        Add("@after", 0L);
        Add("@through", 0L);
        Add("@count", 0);
        _command.Prepare();
    }

    public DeliveryPage Read(DeliveryPageRequest request)
    {
        _command.Parameters[0].Value = request.ClientId;
        _command.Parameters[1].Value = request.AfterSequence;
        _command.Parameters[2].Value = request.ThroughSequence;
        _command.Parameters[3].Value = request.CountMax;
        List<StoredDelivery> deliveries = [];
        long bytes = 0;
        using DbDataReader row = _command.ExecuteReader();
        while (row.Read())
        {
            StoredDelivery delivery = row.Delivery(request.ClientId, row.DeliveredMessage());
            deliveries.Add(delivery);
            bytes += delivery.Queued.Message.Payload.Length;
            if (deliveries.Count == request.CountMax || bytes >= request.BytesMax)
                return new DeliveryPage(deliveries, delivery.Queued.Sequence);
        }
        return new DeliveryPage(deliveries, request.ThroughSequence);
    }

    public void Dispose()
    {
        _command.Dispose();
        _connection.Dispose();
    }

    private void Add(string name, object value)
    {
        DbParameter parameter = _command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        _command.Parameters.Add(parameter);
    }
}
