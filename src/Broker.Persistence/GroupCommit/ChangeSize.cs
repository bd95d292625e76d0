using Broker.Persistence.Changes;

namespace Broker.Persistence.GroupCommit;

/// <summary>
/// What a change keeps in memory until it is committed, roughly. A delivery counts its message although others may share it:
/// what is counted is then too much, never too little.
/// </summary>
internal static class ChangeSize
{
    /// <summary>A change without a message.</summary>
    public const long Small = 96;

    public static long Of(StateChange change) => change switch
    {
        DeliveryQueued queued => Small + Of(queued.Message),
        RetainedPut put => OfRetained(put.Message),
        WillPut put => Small + Of(put.Message),
        _ => Small,
    };

    /// <summary>Of the retained message of a topic; null: it was removed.</summary>
    public static long OfRetained(StoredMessage? message) => Small + (message is null ? 0 : Of(message));

    private static long Of(StoredMessage message) => message.Payload.Length + message.Properties.Length;
}
