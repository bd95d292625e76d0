using Broker.Persistence;
using Broker.Persistence.Changes;

namespace Broker.TestKit.Stores;

/// <summary>A little of everything that a store can hold, as a broker would have written it.</summary>
public static class SampleState
{
    /// <summary>A payload that is not text.</summary>
    public static readonly byte[] Binary = [0x00, 0xFF, 0xC3, 0x28, 0x80];

    private static readonly byte[] ContentType = [0x03, 0x00, 0x04, (byte)'j', (byte)'s', (byte)'o', (byte)'n'];

    /// <summary>
    /// Writes it in one commit: a message that several sessions are given in different commits may be stored more than once.
    /// </summary>
    public static void WriteTo(IStateStore store)
    {
        store.BeginGroup();
        foreach (StateChange change in Changes(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds())) store.Append(change);
        store.EndGroup();
    }

    // The changes that lead to it.
    private static IReadOnlyList<StateChange> Changes(long now)
    {
        const long Day = 86_400_000;
        StoredMessage shared = new(
            "plant/line1/temperature", "21.5 °C"u8.ToArray(), ContentType, 2, false, now + 60_000, "probe");
        StoredMessage plain = new("plant/line2/state", "on"u8.ToArray(), default, 1, true, long.MaxValue, "probe");
        StoredMessage binary = new("jobs", Binary, default, 1, false, long.MaxValue);
        // With queue_qos0_messages true.
        StoredMessage unasked = new("jobs/hint", "soon"u8.ToArray(), default, 0, false, long.MaxValue);
        StoredMessage will = new("plant/panel/gone", "bye"u8.ToArray(), default, 1, true, long.MaxValue, "panel");
        return
        [
            new SessionPut("reader", "ann", uint.MaxValue),
            new SessionPut("panel", null, 3600),
            new SessionPut("archive", "bob", 7 * 86_400),
            new SubscriptionPut("reader", "plant/#", 0x2E, 7), new SubscriptionPut("reader", "#", 0, 0),
            new SubscriptionPut("panel", "plant/+/state", 1, 0),
            new SubscriptionPut("panel", "$share/workers/jobs", 1, 0),
            new SubscriptionPut("archive", "$share/workers/jobs", 2, 0),
            new WillPut("panel", will, 30, 60),
            new DeliveryQueued("reader", 65_536, shared, 2, false, [7]), new DeliveryReleased("reader", 65_536),
            new DeliveryQueued("reader", 65_537, plain, 1, false, [7]),
            new DeliveryQueued("reader", 65_538, shared, 2, false, [7, 9]),
            new DeliveryQueued("reader", 65_539, binary, 1, false, []),
            new DeliveryQueued("panel", 3, plain, 1, true, []),
            new DeliveryQueued("archive", 1, shared, 1, false, []), new DeliveryQueued("archive", 2, binary, 1, false, []),
            new DeliveryQueued("archive", 3, unasked, 0, false, []),
            new SessionAway("reader", now - (3 * Day), long.MaxValue, 65_537),
            new SessionAway("archive", now - Day, now + (6 * Day), 0),
            new ReceiptPut("panel", 65_535), new ReceiptPut("panel", 1),
            new RetainedPut(plain), new RetainedPut(new("plant/map", Binary, default, 0, true, now + Day, null)),
            new RetainedPut(new("notes/ü", "wörter"u8.ToArray(), ContentType, 1, true, long.MaxValue, "probe")),
            new BanPut("clientid", "probe 7", "ops", "floods", now - Day, now + Day),
            new BanPut("peerhost_net", "2001:db8::/32", "ops", null, now, long.MaxValue),
        ];
    }
}
