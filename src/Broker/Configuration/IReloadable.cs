namespace Broker.Configuration;

/// <summary>
/// A part of the broker whose options can be replaced while it runs, in two steps: first every part prepares, then, when none has
/// found an error, every part applies. So a reload is all or nothing.
/// </summary>
internal interface IReloadable
{
    /// <summary>Reads and checks what the options name. Changes nothing; may read files, so not for an I/O thread.</summary>
    /// <param name="options">What would hold from now on.</param>
    /// <param name="report">Takes errors and warnings, whole sentences.</param>
    /// <returns>What puts it into force. Null when there was an error, or when there is nothing to change.</returns>
    PreparedReload? Prepare(BrokerOptions options, ReloadReport report);
}

/// <summary>What one part has ready.</summary>
/// <param name="Apply">Puts it into force. Must not fail: other parts have applied theirs.</param>
/// <param name="Abandon">Gives back what was opened for it, when another part has found an error; null: nothing.</param>
internal sealed record PreparedReload(Action Apply, Action? Abandon = null);

/// <summary>What the parts have to say about new options.</summary>
internal sealed class ReloadReport
{
    /// <summary>Why they cannot be taken; empty: they can.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>What the operator should look at.</summary>
    public List<string> Warnings { get; } = [];
}
