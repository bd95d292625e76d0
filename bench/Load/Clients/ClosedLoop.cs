using Load.Checking;

namespace Load.Clients;

/// <summary>
/// Lets a publisher go on when its messages have reached everybody. It goes on at the end of a turn of the event loop, so
/// that all the room that the turn has made is filled by one write.
/// </summary>
/// <param name="publishers">By their numbers.</param>
internal sealed class ClosedLoop(IReadOnlyList<Publisher> publishers)
{
    private readonly Publisher[] _publishers = [.. publishers];
    private readonly List<Publisher> _waiting = new(publishers.Count);

    /// <summary>Somebody has received a message for the first time.</summary>
    public void Delivered(in MessageStamp stamp)
    {
        Publisher publisher = _publishers[stamp.Publisher];
        if (publisher.Delivered(stamp)) Wake(publisher);
    }

    /// <summary>A publisher may be able to send: it is asked at the end of the turn.</summary>
    public void Wake(Publisher publisher)
    {
        if (publisher.IsWaiting) return;
        publisher.IsWaiting = true;
        _waiting.Add(publisher);
    }

    /// <summary>The end of a turn.</summary>
    public void GoOn()
    {
        for (int i = 0; i < _waiting.Count; i++)
        {
            _waiting[i].IsWaiting = false;
            _waiting[i].Pump();
        }
        _waiting.Clear();
    }
}
