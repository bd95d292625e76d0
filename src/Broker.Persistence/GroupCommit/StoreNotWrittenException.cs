namespace Broker.Persistence.GroupCommit;

/// <summary>The database does not take a commit now; it is tried again.</summary>
/// <param name="reason">Why: the beginning of a sentence.</param>
/// <param name="circumstances">
/// Its end: what else is known at the moment. When that changes it is not another reason, and nobody is told again.
/// </param>
/// <param name="cause">What the driver says.</param>
internal sealed class StoreNotWrittenException(string reason, string circumstances, Exception cause)
    : IOException(reason + circumstances, cause)
{
    /// <summary>Why.</summary>
    public string Reason => reason;
}
