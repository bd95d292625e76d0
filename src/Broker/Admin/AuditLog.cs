using Broker.Diagnostics;

namespace Broker.Admin;

/// <summary>Says of each change by an administrator who, from where, what, and what came of it. Thread-safe.</summary>
internal sealed partial class AuditLog(ILogger logger)
{
    /// <summary>Notes one.</summary>
    public void Note(HttpContext context, string action, Change change)
    {
        string who = context.Features.Get<AdminIdentity>()?.Name ?? AdminIdentity.Local.Name;
        string from = context.Connection.RemoteIpAddress is { } address
            ? new System.Net.IPEndPoint(address, context.Connection.RemotePort).ToString()
            : "unknown";
        Log.Changed(logger, who, from, action, change.Target, change.Outcome);
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.AdministratorChanged, LogLevel.Information,
            "Administrator {Who} [{From}]: {Action} '{Target}': {Outcome}")]
        internal static partial void Changed(
            ILogger logger, string who, string from, string action, string target, string outcome);
    }
}
