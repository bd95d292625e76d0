using Broker.Diagnostics;

namespace Broker.Connections;

/// <summary>How fast one client may publish, by its own rates and by those of its address. Read loop only.</summary>
/// <param name="rates">A second.</param>
/// <param name="address">What its address may; null: that is not limited.</param>
/// <param name="time">The clock.</param>
internal sealed class PublishPace(PublishRates rates, AddressPace? address, TimeProvider time)
{
    private readonly PublishBuckets _own = new(rates.Messages, rates.Bytes, time);

    public PublishRates Rates { get; } = rates;

    public AddressPace? Address { get; } = address;

    /// <summary>What was met when a PUBLISH might not be taken.</summary>
    public LimitKind Met { get; private set; }

    /// <summary>Whether the PUBLISH at hand may be taken now; if not, nothing is taken from any rate.</summary>
    /// <param name="packetBytes">Of the whole packet.</param>
    public bool TryTake(int packetBytes)
    {
        long now = time.GetTimestamp();
        if (!_own.HasRoom(now))
        {
            Met = _own.HasBytes(now) ? LimitKind.PublishRate : LimitKind.PublishByteRate;
            return false;
        }
        if (Address is { } shared && !shared.TryTake(packetBytes, now, out bool isOfBytes))
        {
            Met = isOfBytes ? LimitKind.PublishByteRatePerAddress : LimitKind.PublishRatePerAddress;
            return false;
        }
        _own.Take(packetBytes);
        return true;
    }

    /// <summary>For how long nothing is read when it may not.</summary>
    public TimeSpan Pause => IsOfAddress ? Address!.Pause : _own.Pause;

    /// <summary>One more, or (-1) one less waits for the address.</summary>
    public void CountWaiting(int change)
    {
        if (IsOfAddress) Address!.CountWaiting(change);
    }

    private bool IsOfAddress => Met is LimitKind.PublishRatePerAddress or LimitKind.PublishByteRatePerAddress;
}
