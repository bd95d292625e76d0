using System.Data.Common;

namespace Broker.Persistence.Paging;

/// <summary>Reads pages on a connection of its own. Belongs to one thread.</summary>
internal interface IDeliveryReader : IDisposable
{
    /// <summary>Reads what is committed now.</summary>
    /// <exception cref="DbException">The database is out of reach; the reader is of no use any more.</exception>
    DeliveryPage Read(DeliveryPageRequest request);
}
