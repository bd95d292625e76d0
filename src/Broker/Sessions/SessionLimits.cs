using Broker.Configuration;

namespace Broker.Sessions;

/// <summary>
/// The limits that sessions look up for each message, from <see cref="LimitOptions"/>; zero there is no limit here.
/// </summary>
internal sealed class SessionLimits
{
    /// <summary>A queue this long is drained at once instead of at the end of the read batch.</summary>
    private const int DrainAtMessages = 128;

    private const int ReplayLotMax = 32;

    public SessionLimits(LimitOptions options)
    {
        QueuedMessagesMax = options.QueuedMessagesMax == 0 ? int.MaxValue : options.QueuedMessagesMax;
        QueuedBytesMax = options.QueuedBytesMax == 0 ? long.MaxValue : options.QueuedBytesMax;
        InflightMessagesMax = options.InflightMessagesMax == 0 ? PacketIds.Count : options.InflightMessagesMax;
        InflightBytesMax = options.InflightBytesMax == 0 ? long.MaxValue : options.InflightBytesMax;
        DropPolicy = options.DropPolicy;
        QueueQos0Messages = options.QueueQos0Messages;
        UpgradeOutgoingQos = options.UpgradeOutgoingQos;
        ExpirySecondsMax = options.PersistentClientExpiration is { } max
            ? (uint)Math.Min(max.TotalSeconds, uint.MaxValue - 1)
            : Session.NeverExpires;
        DrainAt = Math.Min(DrainAtMessages, QueuedMessagesMax / 2);
        DrainAtBytes = QueuedBytesMax / 2;
        ReplayLot = Math.Clamp(QueuedMessagesMax / 2, 1, ReplayLotMax);
    }

    public int QueuedMessagesMax { get; }

    public long QueuedBytesMax { get; }

    public int InflightMessagesMax { get; }

    public long InflightBytesMax { get; }

    /// <summary>Who has to go when the queue is full.</summary>
    public DropPolicy DropPolicy { get; }

    public bool QueueQos0Messages { get; }

    public bool UpgradeOutgoingQos { get; }

    /// <summary>No session without its owner is kept longer than so many seconds.</summary>
    public uint ExpirySecondsMax { get; }

    public int DrainAt { get; }

    public long DrainAtBytes { get; }

    /// <summary>Retained messages are fetched for a new subscription while fewer than this many messages wait.</summary>
    public int ReplayLot { get; }
}
