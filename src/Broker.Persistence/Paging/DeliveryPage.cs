using Broker.Persistence.Loading;

namespace Broker.Persistence.Paging;

/// <summary>Asks for the next deliveries of a session, in its order.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="AfterSequence">Only those behind this sequence number; 0: from the first.</param>
/// <param name="ThroughSequence">Only those up to this sequence number, which is queued.</param>
/// <param name="CountMax">At most so many, from 1.</param>
/// <param name="BytesMax">No more once their payloads are so many bytes together; one always comes.</param>
/// <param name="Ticket">What must be durable before it is read, or what was queued or removed meanwhile would be amiss.</param>
/// <param name="Receiver">Who takes the page.</param>
public sealed record DeliveryPageRequest(
    string ClientId, long AfterSequence, long ThroughSequence, int CountMax, long BytesMax, long Ticket,
    IDeliveryPageReceiver Receiver);

/// <summary>What was read.</summary>
/// <param name="Deliveries">The deliveries, in their order; fewer than there are when a limit was reached.</param>
/// <param name="ThroughSequence">There is no delivery up to this sequence number that was not read.</param>
public sealed record DeliveryPage(IReadOnlyList<StoredDelivery> Deliveries, long ThroughSequence);

/// <summary>Somebody who asked for a page.</summary>
public interface IDeliveryPageReceiver
{
    /// <summary>Whether the page is not wanted any more. Any thread.</summary>
    bool IsGone => false;

    /// <summary>
    /// The page is here. Called once for each request, on the store's reading thread: do not block. Not called when the store
    /// is closed before; a database that is out of reach only makes it late.
    /// </summary>
    void OnPage(DeliveryPageRequest request, DeliveryPage page);
}
